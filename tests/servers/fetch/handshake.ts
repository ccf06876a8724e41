import t from 'tap'
import { asksForWebSocket, subprotocolsOf } from '../../../lib/servers/fetch/handshake.ts'

t.test('recognizes websocket handshakes and their subprotocols', async (t) => {
  const ask = (method: string, upgrade: string): boolean =>
    asksForWebSocket(method, ['host', 'h', 'upgrade', upgrade])

  t.ok(ask('GET', 'WebSocket'))
  t.notOk(ask('GET', 'h2c'))
  t.notOk(ask('POST', 'websocket'))
  t.notOk(asksForWebSocket('GET', ['host', 'h']))
  t.same(subprotocolsOf(['sec-websocket-protocol', 'chat, v2 ,']), ['chat', 'v2'])
  t.same(subprotocolsOf([]), [])
})
