import t from 'tap'
import {
  foreign,
  misplaced,
  tooSlow,
  unanswered,
} from '../../../../lib/servers/node/websockets/errors.ts'

t.test('what is out of place says why', async (t) => {
  for (const [phase, why] of [
    ['connecting', /: out of place, the handshake has not been accepted\. Check the order/],
    ['open', /the handshake has been accepted/],
    ['refused', /the handshake has been refused/],
    ['closed', /the app has closed the socket/],
  ] as const) {
    t.match(misplaced('websocket.send', phase), { name: 'ProtocolError', message: why })
  }
  t.match(misplaced('websocket.send', 'gone'), { name: 'ClientDisconnected' })
  t.match(foreign({ type: 'lifespan.startup.complete' }), {
    message: /^lifespan\.startup\.complete: out of place, it is no message of a websocket\. Look/,
  })
})

t.test('an app that is to blame is told what is missing', async (t) => {
  t.match(unanswered(false).message, /without an answer to the handshake\. Is websocket\.accept/)
  t.match(unanswered(true).message, /before its answer to the handshake was complete\. Is a last/)
  t.match(tooSlow(5).message, /^serve: .* within 5 ms\. .* raise websocket\.handshakeTimeoutMs\.$/)
})
