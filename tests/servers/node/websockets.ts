import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route, Router, WebSocketRoute } from '../../../lib/routing.ts'
import type { App, SendMessage } from '../../../lib/types.ts'
import { ACCEPT, HANDSHAKE, handshake, KEY, open, readFrames } from '../../support/frames.ts'
import {
  answer,
  bodyOf,
  eventually,
  listening,
  request,
  soon,
  statuses,
} from '../../support/sockets.ts'
import { connected, denied, echo, websocketApp } from '../../support/websockets.ts'

const SENT: SendMessage = { type: 'websocket.accept' }

t.test('answers the example handshake of the RFC (RFC 6455 section 1.3)', async (t) => {
  const { connect } = await listening(t, echo())

  const received = await (await connect()).send(handshake()).until('\r\n\r\n')

  t.equal(
    received,
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`,
  )
})

t.test('takes over a connection that has served requests', async (t) => {
  const { connect } = await listening(t, async (scope, receive, send) => {
    if (scope.type === 'http') await answer(send, 'plain')
    else await echo()(scope, receive, send)
  })
  const client = await connect()
  await client.send(request('GET /')).until('plain')
  client.received = ''

  t.match(await client.send(handshake()).until('\r\n\r\n'), /^HTTP\/1\.1 101 /)
})

t.test('refuses invalid requests and invalid handshakes', async (t) => {
  let calls = 0
  const { talk, errors } = await listening(
    t,
    websocketApp(() => {
      calls++
    }),
  )
  const without = (name: string) => HANDSHAKE.filter((field) => !field.startsWith(name))
  const version = 'sec-websocket-version'
  for (const [bytes, status] of [
    [handshake('/a#b'), 400],
    [handshake('/%ff'), 400],
    [handshake('http://a b/'), 400],
    [handshake('/', ['host: other']), 400],
    [handshake('/').replace('host: test', 'host: a@b'), 400],
    [handshake('/').replace('host: test\r\n', ''), 400],
    [request('GET /', without('sec-websocket-key')), 400],
    [handshake('/', [`sec-websocket-key: ${KEY}`]), 400],
    [handshake('/', ['sec-websocket-protocol: a, a']), 400],
    [request('GET /', without(version)), 426],
    [request('GET /', [...without(version), `${version}: 8`]), 426],
  ] as const) {
    t.same(statuses(await talk(bytes)), [status], bytes)
  }
  t.equal(calls, 0)
  t.same(errors, [])
})

t.test('an unsupported version gets the supported one', async (t) => {
  const { talk } = await listening(t, echo())

  const received = await talk(handshake().replace('version: 13', 'version: 7'))

  t.match(received, /^HTTP\/1\.1 426 Upgrade Required\r\n/)
  t.match(received, /\r\nsec-websocket-version: 13\r\nupgrade: websocket\r\nconnection: close\r\n/)
})

t.test('one app serves both, on one path, behind one middleware (WS-19)', async (t) => {
  const seen: string[] = []
  const app = Application({
    routes: [
      Route('/both', () => new PlainTextResponse('plain')),
      WebSocketRoute('/both', async (websocket) => {
        await websocket.accept()
        await websocket.sendText('socket')
        await websocket.close()
      }),
    ],
    middleware: [
      (inner) => (scope, receive, send) => {
        seen.push(scope.type)
        return inner(scope, receive, send)
      },
    ],
  })
  const served = await listening(t, app, { lifespan: 'off' })

  const peer = await connected(t, served, '/both')
  await eventually(() => peer.closed !== undefined, 'the close')
  const received = await served.talk(request('GET /both', ['connection: close']))

  t.same([peer.messages, bodyOf(received)], [['socket'], 'plain'])
  t.same(seen, ['websocket', 'http'])
})

t.test('a path without a route is a 403 (WS-18, advisory 108)', async (t) => {
  const served = await listening(t, Router([WebSocketRoute('/there', () => {})]))

  t.equal((await denied(served, '/elsewhere')).status, 403)
})

t.test('each socket has a copy of the state', async (t) => {
  const seen: unknown[] = []
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'lifespan') {
      await receive()
      Object.assign(scope.state ?? {}, { count: 1 })
      await send({ type: 'lifespan.startup.complete' })
      await receive()
      await send({ type: 'lifespan.shutdown.complete' })
      return
    }
    seen.push({ ...scope.state })
    Object.assign(scope.state ?? {}, { count: 2 })
    await send({ type: 'websocket.close' })
  }
  const served = await listening(t, app)

  await denied(served)
  await denied(served)

  t.same(seen, [{ count: 1 }, { count: 1 }])
})

/** A server that closes while it has a socket, and what it and its app saw. */
t.test('a shutdown closes websockets with 1012, and waits for their apps', async (t) => {
  const seen: unknown[] = []
  const served = await listening(
    t,
    websocketApp(async (_scope, receive, send) => {
      await send(SENT)
      seen.push(await receive())
      seen.push(await send({ type: 'websocket.send', text: 'late' }).catch(String))
      await new Promise((resolve) => setTimeout(resolve, 30))
      seen.push('done')
    }),
    { gracePeriodMs: 600_000 },
  )
  const peer = await connected(t, served)

  await soon(served.server.close(), 'the shutdown')

  t.same(seen, [
    { type: 'websocket.disconnect', code: 1012, reason: '' },
    'ClientDisconnected: the client has disconnected',
    'done',
  ])
  await eventually(() => peer.closed !== undefined, 'the close')
  t.same(peer.closed, [1012, ''])
  t.same(served.errors, [])
})

t.test('silent peers and running apps are aborted after the grace time', async (t) => {
  const { server, connect } = await listening(
    t,
    websocketApp(async (_scope, _receive, send) => {
      await send(SENT)
      await new Promise(() => {})
    }),
    { gracePeriodMs: 50 },
  )
  const client = await open(await connect())

  await soon(server.close(), 'the shutdown')

  t.same(readFrames(await client.end()), ['close 1012'])
})

t.test('a handshake during the shutdown is a 503', async (t) => {
  const seen: unknown[] = []
  const { server, connect } = await listening(
    t,
    websocketApp(async (_scope, receive) => {
      seen.push('asked')
      seen.push(await receive())
    }),
  )
  const client = (await connect()).send(handshake())
  await eventually(() => seen.length === 1, 'the app')

  await soon(server.close(), 'the shutdown')

  t.match(await client.end(), /^HTTP\/1\.1 503 Service Unavailable\r\n/)
  t.match(seen[1], { type: 'websocket.disconnect', code: 1012 })
})

t.test('a later handshake is a 503 too', async (t) => {
  let go: (() => void) | undefined
  const { server, connect } = await listening(
    t,
    async (_scope, _receive, send) => {
      await new Promise<void>((resolve) => {
        go = resolve
      })
      await answer(send, 'slow')
    },
    { gracePeriodMs: 600_000, lifespan: 'off' },
  )
  const [slow, late] = [await connect(), await connect()]
  slow.send(request('GET /'))
  late.send('GET / HT')
  await eventually(() => go !== undefined, 'the slow request')
  await new Promise((resolve) => setTimeout(resolve, 30))
  const closed = server.close()
  await new Promise((resolve) => setTimeout(resolve, 30))
  late.send(handshake().slice('GET / HT'.length))

  t.match(await late.end(), /^HTTP\/1\.1 503 /)
  go?.()
  await soon(closed, 'the shutdown')
})

t.test('invalid offers of compression are a 400', async (t) => {
  const seen: unknown[] = []
  const { talk, errors } = await listening(
    t,
    websocketApp(async (_scope, receive, send) => {
      seen.push(await send(SENT).catch(String), await receive())
    }),
    { websocket: { perMessageDeflate: true } },
  )
  const offer = 'sec-websocket-extensions: permessage-deflate; server_max_window_bits=99'

  t.same(statuses(await talk(handshake('/', [offer]))), [400])
  t.match(seen, [/ClientDisconnected/, { type: 'websocket.disconnect', code: 1006 }])
  t.same(errors, [])
})

t.test('a client that requests h2c gets an HTTP/1.1 answer', async (t) => {
  const { port } = await listening(t, async (_scope, _receive, send) => answer(send, 'plain'))

  const asked = httpRequest({ port, headers: { connection: 'Upgrade', upgrade: 'h2c' } }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]

  t.equal(response.statusCode, 200)
  response.resume()
})
