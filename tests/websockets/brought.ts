import t from 'tap'
import type { WebSocketScope } from '../../lib/types.ts'
import { bringWebSockets, websocketOf } from '../../lib/websockets/brought.ts'
import { WebSocket } from '../../lib/websockets.ts'
import { websocketScope } from '../support/scopes.ts'

t.test('a websocket is available once a module has loaded its class', async (t) => {
  const made = () =>
    websocketOf(
      websocketScope() as WebSocketScope,
      async () => ({ type: 'websocket.connect' }),
      async () => {},
      'open',
    )

  t.equal(await made(), undefined)
  bringWebSockets()
  const websocket = await made()
  t.ok(websocket instanceof WebSocket)
  t.equal(websocket?.phase, 'open')
})
