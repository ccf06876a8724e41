// Errors that come when a response is complete, or its client has left, reach onError.
import type { RequestListener } from 'node:http'
import { pipeline } from 'node:stream'
import express from 'express'
import session from 'express-session'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromConnect } from '../../../lib/interop/fromconnect.ts'
import { fromNode, type NodeHandler } from '../../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount, Route } from '../../../lib/routing.ts'
import { toNode } from '../../../lib/servers/hosted.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'
import { hostServer } from '../../support/hosts.ts'
import { bodyOf, eventually, listening, request, statuses } from '../../support/sockets.ts'

const CLOSE = 'connection: close'
const FAILURE = new Error('too late')
const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const watched = (app: App): App => {
  return (scope, receive, send) => app(scope, receive, (message) => send(message))
}

/** The same app natively, by messages, and in a server of others. */
async function served(t: Parameters<typeof listening>[0], app: App) {
  const errors: unknown[] = []
  const hosted = await hostServer(t, toNode(app, { onError: (error) => errors.push(error) }))
  return {
    native: await listening(t, app),
    messages: await listening(t, watched(app)),
    toNode: { ...hosted, errors },
  }
}

/** A store that cannot write. */
class BrokenStore extends session.MemoryStore {
  override set(_id: string, _data: unknown, callback?: (error?: unknown) => void): void {
    callback?.(FAILURE)
  }
}

const broken = session({
  secret: 'a secret',
  resave: false,
  saveUninitialized: true,
  store: new BrokenStore(),
})

t.test('an error of a session store is reported, within and around the response', async (t) => {
  const inside = express()
  inside.use(broken, (_request, response) => void response.end('inside'))
  const around = Route('/around', () => new PlainTextResponse('around'), {
    middleware: [fromConnect(broken)],
  })
  const app = Application({ routes: [around, Mount('/inside', fromNode(inside))] })
  for (const [mode, { talk, errors }] of Object.entries(await served(t, app))) {
    for (const [count, path] of ['/inside/', '/around'].entries()) {
      t.match(await talk(request(`GET ${path}`, [CLOSE])), /200 OK[\s\S]*(inside|around)$/)
      await eventually(() => errors.length > count, `the error of ${path}, ${mode}`)
    }
    t.strictSame(errors, [FAILURE, FAILURE], mode)
  }
})

t.test('an error after the answer is reported, in any form', async (t) => {
  const handlers: Readonly<Record<string, NodeHandler>> = {
    next: (_request, response, next) => {
      response.end('x')
      setTimeout(next, 10, FAILURE)
    },
    'next at once': (_request, response, next) => {
      response.end('x')
      next(FAILURE)
    },
    'next twice': (_request, response, next) => {
      response.on('finish', () => next(FAILURE))
      response.end('x')
      next()
    },
    rejection: async (_, response) => {
      response.end('x')
      await after(10)
      throw FAILURE
    },
  }
  for (const [name, handler] of Object.entries(handlers)) {
    for (const [mode, { talk, errors }] of Object.entries(await served(t, fromNode(handler)))) {
      t.match(await talk(request('GET /', [CLOSE])), /200 OK[\s\S]*x/, name)
      await eventually(() => errors.length > 0, `the error of ${name}, ${mode}`)
      t.strictSame(errors, [FAILURE], `${name}, ${mode}`)
    }
  }
})

t.test('next() after the head does not change the response', async (t) => {
  const handler: NodeHandler = (_request, response, next) => {
    response.write('a')
    next()
    setTimeout(() => response.end('b'), 10)
  }
  for (const { talk, errors } of Object.values(await served(t, fromNode(handler)))) {
    const received = await talk(request('GET /', [CLOSE]))
    t.match(received, /200 OK[\s\S]*a[\s\S]*b[\s\S]*0\r\n\r\n$/)
    t.strictSame(errors, [])
  }
})

t.test(
  'after a disconnect, errors that it causes are ignored and others are reported',
  async (t) => {
    const handler: RequestListener = (request, response) => {
      response.write('a')
      async function* endless() {
        for (;;) {
          await after(2)
          yield 'more'
        }
      }
      return new Promise((_, reject) => {
        pipeline(endless, response, (error) => reject(request.url === '/own' ? FAILURE : error))
      })
    }
    for (const [mode, { connect, errors }] of Object.entries(await served(t, fromNode(handler)))) {
      for (const path of ['/', '/own']) {
        const client = await connect()
        await client.send(request(`GET ${path}`)).until('more')
        await client.leave()
      }
      await eventually(() => errors.length > 0, mode)
      await after(20)
      t.strictSame(errors, [FAILURE], mode)
    }
  },
)

t.test('a middleware that exceeds its time limit fails an app that is still running', async (t) => {
  const limit = fromConnect((_request, _response, next) => {
    setTimeout(() => next(Object.assign(new Error('late'), { status: 503 })), 10)
    next()
  })
  const ended: string[] = []
  const slow = async (): Promise<PlainTextResponse> => {
    await after(40)
    ended.push('slow')
    return new PlainTextResponse('slow')
  }
  const app = Application({
    routes: [Route('/slow', slow), Route('/fast', () => new PlainTextResponse('fast'))],
    middleware: [limit],
  })
  const { talk, errors } = await listening(t, app)

  t.strictSame(statuses(await talk(request('GET /slow', [CLOSE]))), [503])
  await eventually(() => ended.length > 0, 'the app')
  t.strictSame(errors, [])
  t.equal(bodyOf(await talk(request('GET /fast', [CLOSE]))), 'fast')
  await eventually(() => errors.length > 0, 'what comes after the answer')
  t.match(errors, [{ message: 'late', status: 503 }])
})

t.test('an error of an inner app after a disconnect is reported', async (t) => {
  const app = fromConnect((_request, _response, next) => next())(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await send({ type: 'http.response.body', body: Buffer.from('a'), moreBody: true })
    await after(30)
    throw FAILURE
  })
  const { connect, errors } = await listening(t, app, { lifespan: 'off' })
  const client = await connect()
  await client.send(request('GET /')).until('a')
  await client.leave()

  await eventually(() => errors.length > 0, 'the error')
  t.strictSame(errors, [FAILURE])
})

t.test('errors go to stderr if the server has no onError', async (t) => {
  const lines = t.capture(console, 'error')
  const app = fromNode((_request, response, next) => {
    response.end('x')
    setTimeout(next, 5, FAILURE)
  })
  await using client = await testClient(Application({ routes: [Mount('/', app)] }))

  t.equal(await (await client.get('/a')).text(), 'x')

  await after(20)
  t.match(
    lines().flatMap(({ args }) => args),
    [/^GET \/a: Error: too late/],
  )
})
