// What becomes of a connection whose app asks for Node's own request and response.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t, { type Test } from 'tap'
import { Application } from '../../../../lib/applications.ts'
import { fromNode } from '../../../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../../../lib/responses.ts'
import { Mount, Route } from '../../../../lib/routing.ts'
import type { ServeOptions } from '../../../../lib/servers/node.ts'
import type { App } from '../../../../lib/types.ts'
import {
  eventually,
  type Listening,
  listening,
  request,
  statuses,
} from '../../../support/sockets.ts'

/** Counts the requests that node:http reads. */
async function counted(
  t: Test,
  app: App,
  options: ServeOptions = {},
): Promise<Listening & { readonly byNode: () => number }> {
  const served = await listening(t, app, options)
  let count = 0
  const note = (message: unknown): void => {
    const { socket } = message as { socket: { localPort?: number } }
    if (socket.localPort === served.port) count++
  }
  subscribe('http.server.request.start', note)
  t.teardown(() => unsubscribe('http.server.request.start', note))
  return { ...served, byNode: () => count }
}

/** Tells what came, and whether it has a connection of Node. */
const echo = fromNode((request, response) => {
  let body = ''
  request
    .on('data', (data: Buffer) => {
      body += String(data)
    })
    .on('end', () => {
      const kind = 'server' in request.socket ? 'own' : 'inner'
      response.end(`<${kind} ${request.method} ${request.url} ${body}>`)
    })
})

const app = Application({
  routes: [Route('/ours', () => new PlainTextResponse('<ours>')), Mount('/', echo)],
})

/** Lets some turns pass before the app is called. */
function later(app: App): App {
  return async (...all) => {
    if (all[0].type === 'http') await new Promise((resolve) => setTimeout(resolve, 5))
    await app(...all)
  }
}

t.test('Node objects continue the request and the connection', async (t) => {
  for (const each of [app, later(app)]) {
    const { connect, byNode, errors } = await counted(t, each)
    const client = (await connect()).send(request('GET /ours'))
    await client.until('<ours>')
    t.equal(byNode(), 0)

    client.send(request('POST /a', ['content-length: 2'], 'hi'))
    await client.until('<own POST /a hi>')
    client.send(request('GET /ours'))
    await client.until('<ours>')
    client.send(request('GET /b', ['connection: close']))
    t.match(await client.end(), /<own GET \/b >$/)

    t.equal(byNode(), 3)
    t.same(statuses(client.received), [200, 200, 200, 200])
    t.same(errors, [])
  }
})

t.test('pipelined requests are answered in order', async (t) => {
  const { connect, byNode } = await counted(t, later(app))
  const client = (await connect()).send(request('GET /a'))
  await new Promise((resolve) => setTimeout(resolve, 2))
  client.send(request('GET /ours', ['connection: close']))

  t.match(await client.end(), /<own GET \/a >(?:.|\r\n)*<ours>$/)
  t.equal(byNode(), 2)
})

t.test('an app may answer in place of the handler, whose output is ignored', async (t) => {
  const failing = Application({
    routes: [
      Mount('/next', fromNode((_request, _response, next) => next())),
      Mount('/late', fromNode((_request, response) => {
        response.write('begun')
        setTimeout(() => response.destroy(new Error('late')), 5)
      })),
      Mount('/', fromNode(() => {
        throw new Error('early')
      })),
    ],
  }) // biome-ignore format: a table
  const { connect, talk, errors } = await counted(t, failing)
  const client = (await connect()).send(request('GET /next/'))
  await client.until('Not Found')
  client.send(request('GET /', ['connection: close']))

  t.same(statuses(await client.end()), [404, 500])
  t.match(await talk(request('GET /', ['connection: close'])), /^HTTP\/1\.1 500/)
  t.match(await talk(request('GET /late/')), /begun/)
  await eventually(() => errors.length === 3, 'the errors')
  t.same(
    errors.map((error) => (error as Error).message),
    ['early', 'early', 'late'],
  )
})

t.test('an app that does not wait for the handler throws', async (t) => {
  const forgetful: App = async (...all) => {
    void echo(...all).catch(() => {})
  }
  const { talk, errors } = await counted(t, forgetful, { lifespan: 'off' })

  t.match(await talk(request('GET /', ['connection: close'])), /^HTTP\/1\.1 500/)
  t.match((errors[0] as Error).message, /ended without a response/)
})

t.test('a client disconnect is not an error, and all listeners are called', async (t) => {
  const told: string[] = []
  const waiting = fromNode((request, response) => {
    told.push('called')
    response.write('begun')
    request.on('close', () => told.push('request'))
    response.on('close', () => told.push('response'))
  })
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'http') scope.onDisconnect?.(() => told.push('scope'))
    await waiting(scope, receive, send).catch(() => told.push('app'))
  }
  const { connect, errors } = await counted(t, app, { lifespan: 'off' })
  const client = (await connect()).send(request('GET /'))
  await client.until('begun')

  await client.leave()

  await eventually(() => told.length === 5, 'all of them')
  t.same(told.sort(), ['app', 'called', 'request', 'response', 'scope'])
  t.same(errors, [])
})

t.test('a closing server waits for it, and aborts it after the grace time', async (t) => {
  for (const gracePeriodMs of [10_000, 20]) {
    let finish = (): void => {}
    const app = fromNode((_request, response) => {
      finish = () => response.end('whole')
    })
    const { connect, server } = await counted(t, app, { gracePeriodMs, lifespan: 'off' })
    const called = finish
    const client = (await connect()).send(request('GET /'))
    await eventually(() => finish !== called, 'the handler')

    const closed = server.close()
    if (gracePeriodMs > 20) setTimeout(finish, 5)
    const received = await client.end()

    if (gracePeriodMs > 20) t.match(received, /\r\nconnection: close\r\n(?:.|\r\n)*whole/i)
    else t.equal(received, '')
    await closed
  }
})

t.test('a server that is closing uses messages', async (t) => {
  let go = (): void => {}
  const held: App = async (...all) => {
    await new Promise<void>((resolve) => {
      go = resolve
    })
    await echo(...all)
  }
  const { connect, server, byNode } = await counted(t, held, {
    gracePeriodMs: 10_000,
    lifespan: 'off',
  })
  const called = go
  const client = (await connect()).send(request('GET /a'))
  await eventually(() => go !== called, 'the app')
  const closed = server.close()
  go()

  t.match(await client.end(), /<inner GET \/a >/)
  t.equal(byNode(), 0)
  await closed
})
