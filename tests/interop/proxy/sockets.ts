import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { proxy } from '../../../lib/interop/proxy.ts'
import { Mount, Router } from '../../../lib/routing.ts'
import type { App, ReceiveMessage } from '../../../lib/types.ts'
import { hostServer, rawUpstream } from '../../support/hosts.ts'
import { proxied } from '../../support/proxied.ts'
import { eventually, listening } from '../../support/sockets.ts'
import { connected, denied, echo, websocketApp } from '../../support/websockets.ts'

/** A proxy in front of an app of ours. */
async function inFrontOf(t: Parameters<typeof listening>[0], app: App) {
  const { server } = await listening(t, app, { lifespan: 'off' })
  return proxied(t, server.url ?? '', { via: 'me' }, { lifespan: 'off' })
}

t.test('text and bytes are passed in both directions', async (t) => {
  const seen: ReceiveMessage[] = []
  const front = await inFrontOf(t, echo(seen))
  const peer = await connected(t, front)
  peer.ws.send('grüße')
  peer.ws.send(Buffer.from([0, 255]))
  peer.ws.send('')
  await eventually(() => peer.messages.length === 3, 'the messages')
  peer.ws.close(3001, 'done')
  await eventually(() => peer.closed !== undefined && seen.length > 0, 'the close')

  t.same(peer.messages, ['grüße', Buffer.from([0, 255]), ''])
  t.same(seen, [{ type: 'websocket.disconnect', code: 3001, reason: 'done' }])
})

t.test('fields may have the names of object properties', async (t) => {
  const names = ['constructor', '__proto__', 'hasownproperty', 'tostring']
  let seen: readonly string[] = []
  const upstream = websocketApp(async (scope, _receive, send) => {
    seen = scope.headers
    await send({ type: 'websocket.accept' })
    await send({ type: 'websocket.close' })
  })
  const front = await inFrontOf(t, upstream)
  const headers = Object.fromEntries(names.map((name) => [name, `of ${name}`]))
  const peer = await connected(t, front, '/', [], { headers })
  await eventually(() => peer.closed !== undefined, 'the close')

  for (const name of names) t.equal(seen[seen.indexOf(name) + 1], `of ${name}`, name)
})

t.test('the upstream gets the fields of a request, and chooses the subprotocol', async (t) => {
  let seen: unknown
  const upstream = websocketApp(async (scope, _receive, send) => {
    const { path, queryString, headers, subprotocols } = scope
    const fields = headers.filter(
      (_, index) => !/^(?:sec-|connection|upgrade|host)/.test(headers[index - (index % 2)] ?? ''),
    )
    seen = { path, queryString, fields, subprotocols }
    await send({ type: 'websocket.accept', subprotocol: 'b' })
    await send({ type: 'websocket.close', code: 4000, reason: 'bye' })
  })
  const { server } = await listening(t, upstream, { lifespan: 'off' })
  const app = Router([Mount('/ws', proxy(`${server.url}/v1`, { via: 'me' }))])
  const front = await listening(t, app)
  const peer = await connected(t, front, '/ws/a%20b?c', ['a', 'b'], {
    headers: { 'x-a': '1', 'x-forwarded-for': 'evil' },
  })
  await eventually(() => peer.closed !== undefined, 'the close')

  t.equal(peer.ws.protocol, 'b')
  t.same(peer.closed, [4000, 'bye'])
  t.same(seen, {
    path: '/v1/a b',
    queryString: 'c',
    fields: [
      ...['x-a', '1', 'x-forwarded-for', '127.0.0.1'],
      ...['x-forwarded-host', `127.0.0.1:${front.port}`, 'x-forwarded-proto', 'http'],
      ...['x-forwarded-prefix', '/ws', 'via', '1.1 me'],
    ],
    subprotocols: ['a', 'b'],
  })
})

t.test('forwards a denial', async (t) => {
  const front = await inFrontOf(
    t,
    websocketApp(async (_scope, _receive, send) => {
      const headers = ['x-why', 'no']
      await send({ type: 'websocket.http.response.start', status: 418, headers })
      await send({ type: 'websocket.http.response.body', body: Buffer.from('teapot') })
    }),
  )
  const response = await denied(front)

  t.equal(response.status, 418)
  t.equal(response.headers['x-why'], 'no')
})

t.test('an upstream that cannot be reached is 502, and one that is lost later 1014', async (t) => {
  const none = await proxied(t, 'http://127.0.0.1:9', {}, { lifespan: 'off' })
  t.equal((await denied(none)).status, 502)
  t.match(none.failures, [/ECONNREFUSED/])

  const { url, server } = await hostServer(t, () => {})
  const sockets: { destroy(): void }[] = []
  server.on('connection', (socket) => sockets.push(socket))
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 503 x\r\n\r\n'))
  const busy = await proxied(t, url, {}, { lifespan: 'off' })
  t.equal((await denied(busy)).status, 503)

  let cut = (): void => {}
  const { server: ours } = await listening(
    t,
    websocketApp(async (_scope, receive, send) => {
      await send({ type: 'websocket.accept' })
      cut = () => void send({ type: 'websocket.close', code: 1014 })
      await receive()
    }),
    { lifespan: 'off' },
  )
  const lost = await proxied(t, ours.url ?? '', {}, { lifespan: 'off' })
  const peer = await connected(t, lost)
  cut()
  await eventually(() => peer.closed !== undefined, 'the close')
  t.equal(peer.closed?.[0], 1014)
})

t.test('a slow handshake is 504, and a client may disconnect during it', async (t) => {
  const { url, connections } = await rawUpstream(t, () => {})
  const slow = await proxied(t, url, { connectTimeoutMs: 50 }, { lifespan: 'off' })
  t.equal((await denied(slow)).status, 504)
  await eventually(() => connections.open === 0, 'the close')

  const patient = await proxied(t, url, {}, { lifespan: 'off' })
  const client = await patient.connect()
  client.send(
    'GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  await eventually(() => connections.open === 1, 'the handshake')
  await client.leave()
  await eventually(() => connections.open === 0, 'the end')
  t.same([patient.failures, patient.errors], [[], []])
})

t.test('a path that leaves the target is refused', async (t) => {
  const front = await inFrontOf(t, echo())

  t.equal((await denied(front, '/..%2fx')).status, 400)
})

t.test('a disconnect closes the upstream websocket', async (t) => {
  const seen: ReceiveMessage[] = []
  const front = await inFrontOf(t, echo(seen))
  const peer = await connected(t, front)
  peer.ws.terminate()
  await eventually(() => seen.length > 0, 'the end')

  t.match(seen, [{ type: 'websocket.disconnect', code: 1006 }])
})

t.test('applies back-pressure of the client to the upstream websocket', async (t) => {
  let sent = 0
  const front = await inFrontOf(
    t,
    websocketApp(async (_scope, _receive, send) => {
      await send({ type: 'websocket.accept' })
      const bytes = new Uint8Array(65_536)
      for (; sent < 2_000; sent++) await send({ type: 'websocket.send', bytes })
    }),
  )
  const peer = await connected(t, front)
  peer.ws.pause()
  let before = -1
  while (before !== sent) {
    before = sent
    await sleep(150)
  }

  t.ok(sent < 1_000, `${sent} of 2,000`)
})

/** An upstream that accepts each websocket, and then reads nothing. */
function deafUpstream(t: Parameters<typeof listening>[0]) {
  return rawUpstream(t, (socket, head) => {
    const [, key = ''] = /sec-websocket-key: (.*)\r/i.exec(head) ?? []
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    socket.pause()
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
        `sec-websocket-accept: ${accept.digest('base64')}\r\n\r\n`,
    )
  })
}

t.test('an upstream that reads nothing is left some time after the client', async (t) => {
  const { url } = await deafUpstream(t)
  const target = proxy(url, { idleTimeoutMs: 100 })
  let ended = false
  const app: App = (...rest) =>
    target(...rest).finally(() => {
      ended = true
    })
  const websocket = { pingIntervalMs: 50, pingTimeoutMs: 50 }
  const peer = await connected(t, await listening(t, app, { lifespan: 'off', websocket }))
  for (let count = 0; count < 40; count++) peer.ws.send(new Uint8Array(500_000))
  await sleep(100)
  t.notOk(ended)
  peer.ws.terminate()
  await eventually(() => ended, 'the end')
})

t.test('close() ends open websockets', async (t) => {
  const { url } = await deafUpstream(t)
  const front = await proxied(t, url, {}, { lifespan: 'off' })
  const peer = await connected(t, front)
  await front.app.close()
  await eventually(() => peer.closed !== undefined, 'the end')
  t.equal(peer.closed?.[0], 1014)
})
