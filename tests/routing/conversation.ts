import t from 'tap'
import { WebSocketException } from '../../lib/exceptions.ts'
import { conversation } from '../../lib/routing/websocketroute.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'

t.test('passes a websocket to the handler, and answers its errors', async (t) => {
  const app = conversation(async (websocket) => {
    await websocket.accept()
    throw new WebSocketException(4000, websocket.url.pathname)
  })

  t.same(await call(app, websocketScope({ path: '/a' }), [{ type: 'websocket.connect' }]), [
    { type: 'websocket.accept' },
    { type: 'websocket.close', code: 4000, reason: '/a' },
  ])
})

t.test('throws for other scopes', async (t) => {
  const app = conversation(() => {})

  await t.rejects(call(app, httpScope()), { name: 'UnsupportedProtocol' })
  await t.rejects(call(app, lifespanScope()), { name: 'UnsupportedProtocol' })
})
