import { createServer } from 'node:http'
import express from 'express'
import t from 'tap'
import { WebSocketServer } from 'ws'
import { Mount, Router, WebSocketRoute } from '../../../lib/routing.ts'
import { toNode } from '../../../lib/servers/hosted.ts'
import type { App } from '../../../lib/types.ts'
import { type HostServer, hostServer } from '../../support/hosts.ts'
import { eventually } from '../../support/sockets.ts'
import { connected, denied, echo, websocketApp } from '../../support/websockets.ts'

/** The app in an http server of somebody else. */
async function hosted(
  t: Parameters<typeof hostServer>[0],
  app: App,
  options: Parameters<typeof toNode>[1] = {},
): Promise<HostServer & { listener: ReturnType<typeof toNode> }> {
  const listener = toNode(app, options)
  const server = createServer(listener)
  server.on('upgrade', listener.upgrade)
  return { ...(await hostServer(t, server)), listener }
}

t.test("websockets come through the server's upgrade", async (t) => {
  const app = Router([
    WebSocketRoute('/chat', async (websocket) => {
      await websocket.accept()
      for await (const message of websocket) await websocket.sendText(String(message))
    }),
  ])
  const host = await hosted(t, app)
  const peer = await connected(t, host, '/chat')
  peer.ws.send('hello')
  await eventually(() => peer.messages.length === 1, 'the message')

  t.same(peer.messages, ['hello'])
  t.equal((await denied(host, '/nothing')).status, 403)
  t.equal((await denied(host, '/%ff')).status, 400)
})

t.test('websockets have the state of the host and that of the lifespan', async (t) => {
  let seen: unknown
  const app: App = async (scope, receive, send) => {
    if (scope.type !== 'websocket') {
      await receive()
      if (scope.type === 'lifespan') Object.assign(scope.state ?? {}, { db: 1 })
      await send({ type: 'lifespan.startup.complete' })
      await receive()
      return send({ type: 'lifespan.shutdown.complete' })
    }
    seen = [scope.state, scope.server?.host, scope.scheme]
    await receive()
    await send({ type: 'websocket.accept' })
    await receive()
  }
  const host = await hosted(t, app, { state: () => ({ user: 'ada' }) })
  const peer = await connected(t, host)

  t.same(seen, [{ db: 1, user: 'ada' }, '127.0.0.1', 'ws'])
  peer.ws.close()
  await eventually(() => peer.closed !== undefined, 'the close')
  await host.listener.close()
})

t.test('closing sends 1012 to clients, and refuses new ones', async (t) => {
  const host = await hosted(t, echo(), { lifespan: 'off' })
  const peer = await connected(t, host)
  await host.listener.close()
  await eventually(() => peer.closed !== undefined, 'the close')

  t.equal(peer.closed?.[0], 1012)
  t.equal((await denied(host)).status, 503)
})

t.test('a failed start or state is a 500', async (t) => {
  const told: unknown[] = []
  const onError = (error: unknown): void => void told.push(error)
  const state = (): never => {
    throw new Error('no state')
  }
  const host = await hosted(t, echo(), { lifespan: 'off', state, onError })
  t.equal((await denied(host)).status, 500)

  const failing: App = async (_scope, receive) => {
    await receive()
    throw new Error('no start')
  }
  const broken = await hosted(t, failing, { onError })
  t.equal((await denied(broken)).status, 500)
  t.match(told, [{ message: 'no state' }, { message: /the startup failed/ }])
})

t.test('its limits are those of a server', async (t) => {
  t.throws(() => toNode(echo(), { websocket: { maxMessageSize: 0 } }), { name: 'RangeError' })
  const waiting = websocketApp(async (_scope, receive, send) => {
    await send({ type: 'websocket.accept' })
    await receive()
  })
  const host = await hosted(t, waiting, { lifespan: 'off', websocket: { maxMessageSize: 4 } })
  const peer = await connected(t, host)
  peer.ws.send('12345')
  await eventually(() => peer.closed !== undefined, 'the close')

  t.equal(peer.closed?.[0], 1009)
})

/** Tells where it is. */
const where = WebSocketRoute('/chat/{name}', async (websocket) => {
  const { path, rawPath, rootPath, queryString } = websocket.scope
  await websocket.accept()
  await websocket.sendText([rootPath, path, rawPath, queryString].join(' '))
})

async function toldAt(
  t: Parameters<typeof hostServer>[0],
  host: HostServer,
  path: string,
): Promise<string | Buffer | undefined> {
  const peer = await connected(t, host, path)
  await eventually(() => peer.messages.length === 1, 'the message')
  return peer.messages[0]
}

t.test('below a prefix of the host, websockets have the paths of requests', async (t) => {
  const host = await hosted(t, Router([where]), { prefix: '/api' })
  t.equal(await toldAt(t, host, '/api/chat/a%20b?q'), '/api /api/chat/a b /api/chat/a%20b q')
  t.equal(await toldAt(t, host, '/%61pi/chat/x'), '/api /api/chat/x /%61pi/chat/x ')
  t.equal((await denied(host, '/api/nothing')).status, 403)
  for (const path of ['/chat/x', '/', '/apis/chat/x']) {
    t.equal((await denied(host, path)).status, 404, path)
  }
  t.throws(() => toNode(Router([where]), { prefix: '/api/' }), /^toNode: prefix must be empty or/)
})

t.test('upgrades outside of the prefix, or without a route, are left to others', async (t) => {
  const app = express()
  const listener = toNode(Router([where]), { prefix: '/api' })
  const beside = toNode(Router([Mount('/beside', Router([where]))]))
  app.use('/api', listener as unknown as express.RequestHandler)
  const server = createServer(app)
  server.on('upgrade', listener.upgrade)
  server.on('upgrade', beside.upgrade)
  const others = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (!request.url?.startsWith('/others')) return
    others.handleUpgrade(request, socket, head, (ws) => ws.send('others'))
  })
  t.teardown(() => others.close())
  const host = await hostServer(t, server)

  t.equal(await toldAt(t, host, '/api/chat/x'), '/api /api/chat/x /api/chat/x ')
  t.equal(await toldAt(t, host, '/beside/chat/x'), '/beside /beside/chat/x /beside/chat/x ')
  t.equal(await toldAt(t, host, '/others'), 'others')
})

t.test('an upgrade that no listener accepts is answered at the end', async (t) => {
  const listener = toNode(Router([where]))
  const server = createServer(listener)
  let calls = 0
  server.on('upgrade', listener.upgrade)
  server.on('upgrade', () => calls++)
  const host = await hostServer(t, server)
  const client = await host.connect()
  client.send(
    'GET /nothing HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await eventually(() => calls === 1, 'the upgrade')
  await new Promise((resolve) => setImmediate(resolve))

  t.equal(client.received, '')
  await client.until('404 Not Found')
})
