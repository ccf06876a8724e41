import t from 'tap'
import {
  foreign,
  outOfOrder,
  readAccept,
  readClose,
  unanswered,
} from '../../lib/protocol/websocket.ts'

t.test('an error of the order of messages says why', async (t) => {
  for (const [phase, why] of [
    ['connecting', /: out of place, the handshake has not been accepted\. Check the order/],
    ['open', /the handshake has been accepted/],
    ['denied', /the handshake has been refused/],
    ['closing', /the app has closed the socket/],
    ['closed', /the app has closed the socket/],
  ] as const) {
    t.match(outOfOrder('websocket.send', phase), { name: 'ProtocolError', message: why })
  }
  t.match(foreign({ type: 'lifespan.startup.complete' }), {
    message:
      /^lifespan\.startup\.complete: out of place, it is not a message of a websocket\. Check/,
  })
})

t.test('an error of the app says what is missing', async (t) => {
  t.match(unanswered(false).message, /without an answer to the handshake\. Is websocket\.accept/)
  t.match(unanswered(true).message, /before its answer to the handshake was complete\. Is a last/)
})

const CLOSE = { type: 'websocket.close' } as const

t.test('a close has a code and a reason, or the defaults', async (t) => {
  t.same(readClose(CLOSE), { code: 1000, reason: '' })
  t.same(readClose({ ...CLOSE, code: 4999, reason: 'bye' }), { code: 4999, reason: 'bye' })
})

t.test('codes that no frame may contain are refused (RFC 6455 section 7.4)', async (t) => {
  for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5, Number.NaN, '1000']) {
    t.throws(() => readClose({ ...CLOSE, code: code as number }), {
      name: 'ProtocolError',
      message: /^websocket\.close: code .* may not be sent\. Use 1000 to 1014, except/,
    })
  }
})

t.test('a reason is text', async (t) => {
  t.throws(() => readClose({ ...CLOSE, reason: 1 as unknown as string }), {
    message: /the reason must be text, number was sent/,
  })
})

t.test('an accept has one of the offered subprotocols, or none', async (t) => {
  const type = 'websocket.accept'
  t.same(readAccept({ type }, ['a']), { subprotocol: undefined, headers: [] })
  t.same(readAccept({ type, subprotocol: 'a' }, ['b', 'a']), { subprotocol: 'a', headers: [] })
  t.throws(() => readAccept({ type, subprotocol: 'A' }, ['a']), {
    name: 'ProtocolError',
    message: /^websocket\.accept: the subprotocol "A" was not offered\. Choose from scope/,
  })
})

t.test('the fields of an accept are checked, and framing fields are refused', async (t) => {
  const type = 'websocket.accept'
  const headers = ['x-a', 'b', 'connection', 'close', 'content-length', '1', 'x-c', 'd']
  t.same(readAccept({ type, headers }, []).headers, ['x-a', 'b', 'x-c', 'd'])
  for (const [wrong, message] of [
    [['x-a', 'b\r\nc: d'], /the value of "x-a" must be latin-1/],
    [['x a', 'b'], /a name must consist of .*, "x a" was sent/],
    [['x-a'], /an odd number was sent/],
    [['Sec-WebSocket-Protocol', 'a'], /"sec-websocket-protocol" is set by the server/],
  ] as const) {
    t.throws(() => readAccept({ type, headers: [...wrong] }, []), { message })
  }
})
