// Handlers that go on after their client has left, or after they have failed, as bare Node lets them.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import express from 'express'
import Fastify from 'fastify'
import Koa from 'koa'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromNode, type NodeHandler } from '../../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount } from '../../../lib/routing.ts'
import { toNode } from '../../../lib/servers/hosted.ts'
import type { App } from '../../../lib/types.ts'
import { hostServer } from '../../support/hosts.ts'
import { bodyOf, eventually, listening, request, statuses } from '../../support/sockets.ts'

const uncaught: unknown[] = []
process.on('uncaughtExceptionMonitor', (error) => uncaught.push(error))
process.on('unhandledRejection', (error) => uncaught.push(error))

/** Resolves when a handler is to answer. */
type Wait = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const LATE_MS = 40

/** Resolves once all clients of a test have left. */
let left: Promise<void> = Promise.resolve()

const WAITS: Readonly<Record<string, Wait>> = {
  late: () => left.then(() => new Promise((resolve) => setTimeout(resolve, LATE_MS))),
  'on close': (_, response) => new Promise((resolve) => response.once('close', () => resolve())),
  'on signal': (request, response) =>
    new Promise((resolve) => {
      signalOf(request, response).addEventListener('abort', () => resolve())
    }),
}

/** Node 24 and newer have one on the request. */
function signalOf(request: IncomingMessage, response: ServerResponse): AbortSignal {
  const own: unknown = Reflect.get(request, 'signal')
  if (own instanceof AbortSignal) return own
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}

/** How many handlers run or have run, and how many have come to their end. */
const handled = { begun: 0, done: 0 }

/** A second answer throws where the first was sent, and only there. */
function isAnswered({ headersSent }: ServerResponse): boolean {
  return headersSent
}

const VALUE = { a: 1 }
const TEXT = JSON.stringify(VALUE)

/** The same answer by four frameworks, by callbacks and by promises. */
async function handlers(wait: Wait): Promise<Record<string, NodeHandler>> {
  const app = express()
  app.use('/callback', (request, response) => {
    wait(request, response)
      .then(() => response.status(201).json(VALUE).send('once more'))
      .catch((error) => isAnswered(response) || t.fail(error))
    finishAfter(wait, request, response)
  })
  app.use('/async', async (request, response) => {
    finishAfter(wait, request, response)
    await wait(request, response)
    response.set('x-a', '1').json(VALUE)
  })
  const fastify = Fastify()
  fastify.get('/callback', ({ raw }, reply) => {
    wait(raw, reply.raw).then(() => reply.header('x-a', '1').send(VALUE), t.fail)
    finishAfter(wait, raw, reply.raw)
  })
  fastify.get('/async', async ({ raw }, reply) => {
    finishAfter(wait, raw, reply.raw)
    await wait(raw, reply.raw)
    return VALUE
  })
  await fastify.ready()
  const koa = new Koa()
  koa.silent = true
  koa.use((context) => {
    finishAfter(wait, context.req, context.res)
    return wait(context.req, context.res).then(() => {
      context.body = VALUE
    })
  })
  const plain: RequestListener = (request, response) => {
    finishAfter(wait, request, response)
    const answer = (): void => {
      response.writeHead(200, { 'content-length': TEXT.length })
      response.write(TEXT.slice(0, 2))
      response.end(TEXT.slice(2))
    }
    const answerThenSet = (): void => {
      response.setHeader('content-length', TEXT.length)
      response.end(TEXT)
      if (response.destroyed) response.setHeader('x-late', '1')
    }
    if (request.url?.startsWith('/async')) return wait(request, response).then(answer)
    void wait(request, response).then(() => setImmediate(answerThenSet))
    return undefined
  }
  return { express: app, fastify: fastify.routing as NodeHandler, koa: koa.callback(), plain }
}

/** Told a little after the answer, by when what it throws has come up. */
function finishAfter(wait: Wait, ...both: Parameters<Wait>): void {
  handled.begun++
  void wait(...both).then(() => setTimeout(() => handled.done++, 10))
}

const watched = (app: App): App => {
  return (scope, receive, send) => app(scope, receive, (message) => send(message))
}

const STYLES = ['callback', 'async']

for (const [name, wait] of Object.entries(WAITS)) {
  t.test(`a client disconnects from a mounted handler that answers ${name}`, async (t) => {
    const all = await handlers(wait)
    const routes = Object.entries(all).map(([prefix, one]) => Mount(`/${prefix}`, fromNode(one)))
    const app = Application({ routes })
    const hosted: unknown[] = []
    const listener = toNode(app, { onError: (error) => hosted.push(error) })
    const modes = {
      native: await listening(t, app),
      messages: await listening(t, watched(app)),
      toNode: { ...(await hostServer(t, listener)), errors: hosted },
    }
    const paths = Object.keys(all).flatMap((one) => STYLES.map((style) => `/${one}/${style}`))
    const servers = Object.values(modes)

    const total = servers.length * paths.length
    let leave = (): void => {}
    left = new Promise((resolve) => {
      leave = resolve
    })
    Object.assign(handled, { begun: 0, done: 0 })

    const clients = await Promise.all(
      servers.flatMap(({ connect }) =>
        paths.map(async (path) => {
          const client = await connect()
          client.send(request(`GET ${path}`))
          return client
        }),
      ),
    )
    // A handler of bare Node is not told either that its client had left before it began.
    await eventually(() => handled.begun === total, `the start of all of ${name}`)
    await Promise.all(clients.map((client) => client.leave()))
    leave()
    await eventually(() => handled.done === total, `the end of all of ${name}`)

    t.strictSame(uncaught, [])
    for (const { errors } of servers) t.strictSame(errors, [])
  })
}

const FAILURE = new Error('failed')
const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Handlers that fail, and answer all the same afterwards. */
function failing(done: () => void): Record<string, NodeHandler> {
  const app = express()
  app.use((_request, response, next) => {
    next(FAILURE)
    setTimeout(() => response.status(201).cookie('a', '1').json(VALUE), LATE_MS)
    setTimeout(done, LATE_MS + 10)
  })
  const late = async (response: ServerResponse): Promise<void> => {
    await after(LATE_MS)
    response.setHeader('x-late', '1')
    response.writeHead(201, { 'content-length': 4 })
    response.write('la')
    response.end('te')
    setTimeout(done, 10)
  }
  return {
    express: app,
    thrown: (_, response) => {
      void late(response).catch(t.fail)
      throw FAILURE
    },
    rejected: async (_, response) => {
      void late(response).catch(t.fail)
      throw FAILURE
    },
    'by hand': (_request, response, next) => {
      response.setHeader('x-left', '1')
      next(FAILURE)
      void late(response).catch(t.fail)
    },
  }
}

t.test('a handler that fails and continues afterwards changes nothing', async (t) => {
  let count = 0
  const all = failing(() => count++)
  const app = Application({
    routes: Object.entries(all).map(([name, one]) => Mount(`/${name}`, fromNode(one))),
    exceptionHandlers: [[500, () => new PlainTextResponse('ours', { status: 500 })]],
  })
  const servers = [await listening(t, app), await listening(t, watched(app))]
  for (const { connect } of servers) {
    count = 0
    const clients = await Promise.all(
      Object.keys(all).map(async (name) => [name, await connect()] as const),
    )
    for (const [name, client] of clients) client.send(request(`GET /${encodeURI(name)}/`))
    for (const [name, client] of clients) {
      t.strictSame(statuses(await client.until('ours')), [500], name)
      t.notMatch(client.received, /x-left|x-powered/i)
    }
    await eventually(() => count === clients.length, 'the end of all')
    for (const [name, client] of clients) {
      client.received = ''
      client.send(request('GET /nowhere'))
      await client.until('\r\n\r\n')
      t.strictSame(statuses(client.received), [404], `${name}: the connection goes on`)
    }
  }
  t.strictSame(uncaught, [])
})

t.test(
  'an answer that a handler starts after its error is cut, and not mixed with another one',
  async (t) => {
    const handler: RequestListener = async (_, response) => {
      setTimeout(() => response.write('theirs'), LATE_MS / 4)
      response.once('close', () => response.end(' too'))
      throw FAILURE
    }
    const app = Application({
      routes: [Mount('/', fromNode(handler))],
      exceptionHandlers: [
        [
          500,
          async () => {
            await after(LATE_MS)
            return new PlainTextResponse('ours', { status: 500 })
          },
        ],
      ],
    })
    const { talk } = await listening(t, app)

    const received = await talk(request('GET /', ['connection: close']))

    t.strictSame(statuses(received), [200])
    t.equal(bodyOf(received), '6\r\ntheirs\r\n')
    t.strictSame(uncaught, [])
  },
)
