// Published advisories about websockets that pass where requests do not, or that upset who talks to them.
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { WebSocketEndpoint, websocketListener, websocketStream } from '../../lib/endpoints.ts'
import { basicAuth } from '../../lib/middleware/basicauth.ts'
import { ipRestrict } from '../../lib/middleware/iprestrict.ts'
import { trustedHost } from '../../lib/middleware/trustedhost.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { testClient, type WebSocketDenied } from '../../lib/testing/client.ts'
import type { App, Middleware } from '../../lib/types.ts'
import type { WebSocket } from '../../lib/websockets.ts'

const open = (websocket: WebSocket): Promise<void> => websocket.accept()
const page = (): PlainTextResponse => new PlainTextResponse('in')

t.test('next GHSA-c4j6-fc7j-m34r: middleware refuses requests and handshakes', async (t) => {
  const guards: [Middleware, number][] = [
    [basicAuth({ users: { ada: 'lovelace' } }), 401],
    [trustedHost({ allowedHosts: ['example.org'] }), 400],
    [ipRestrict({ allow: ['192.0.2.0/24'] }), 403],
  ]
  const routes = [Route('/x', page), WebSocketRoute('/x', open)]
  for (const [guard, status] of guards) {
    const apps: App[] = [
      Application({ routes, middleware: [guard] }),
      Application({ routes: [Mount('/', Router(routes), { middleware: [guard] })] }),
      Application({
        routes: [
          Route('/x', page, { middleware: [guard] }),
          WebSocketRoute('/x', open, { middleware: [guard] }),
        ],
      }),
    ]
    for (const app of apps) {
      await using client = await testClient(app, { client: { host: '203.0.113.1', port: 1 } })
      t.equal((await client.get('/x')).status, status)
      const { response }: WebSocketDenied = await client.websocket('/x').catch((error) => error)
      t.equal(response.status, status)
    }
  }
})

t.test('node-ws #722: a path without a websocket route never accepts a handshake', async (t) => {
  const app = Application({ routes: [Route('/page', page), WebSocketRoute('/ws', open)] })
  await using client = await testClient(app)

  for (const path of ['/', '/page', '/ws/', '/WS', '/ws/x', '/nowhere']) {
    await t.rejects(client.websocket(path), { name: 'WebSocketDenied', response: { status: 403 } })
  }
  await client.websocket('/ws')
})

t.test('ws CVE-2026-45736: the reason of a close is text that fits into its frame', async (t) => {
  const app = WebSocketRoute('/', async (websocket) => {
    await websocket.accept()
    await websocket.close(4000, await websocket.receiveText())
  })
  await using client = await testClient(app)
  await using socket = await client.websocket('/')
  await socket.sendText('☃'.repeat(100_000))

  t.same(await socket.closed, { code: 4000, reason: '☃'.repeat(41) })
})

t.test('invalid data of a client, or its disconnect, is not an error of the server', async (t) => {
  const talkers: readonly ((websocket: WebSocket) => unknown)[] = [
    WebSocketEndpoint({ encoding: 'json' }),
    WebSocketEndpoint({ encoding: 'text' }),
    websocketListener((data) => data),
    websocketListener((data) => data, { concurrency: 4 }),
    async (websocket) => {
      await websocket.accept()
      for (;;) await websocket.sendJSON(await websocket.receiveJSON())
    },
    websocketStream(async function* (websocket) {
      for await (const message of websocket) yield message
    }),
  ]
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))

  for (const talker of talkers) {
    await using client = await testClient(Application({ routes: [WebSocketRoute('/', talker)] }))
    for (const data of ['{', '"\\ud800"', '', '[1]', Uint8Array.of(0xff), new Uint8Array(70_000)]) {
      const socket = await client.websocket('/')
      const sent = typeof data === 'string' ? socket.sendText(data) : socket.sendBytes(data)
      await sent.catch(() => {}) // it may be closed by then
      await turn()
      await socket.terminate() // which would throw what the app has thrown
    }
  }
  t.same(unhandled, [])
})
