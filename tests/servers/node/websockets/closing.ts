import t from 'tap'
import {
  cutReason,
  disconnected,
  faulty,
  readClose,
} from '../../../../lib/servers/node/websockets/closing.ts'

const type = 'websocket.close'

t.test('a close has a code and a reason, or the plain ones', async (t) => {
  t.same(readClose({ type }), { code: 1000, reason: '' })
  t.same(readClose({ type, code: 4999, reason: 'bye' }), { code: 4999, reason: 'bye' })
})

t.test('codes that no frame may have are refused (RFC 6455 section 7.4)', async (t) => {
  for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5, Number.NaN, '1000']) {
    t.throws(() => readClose({ type, code: code as number }), {
      name: 'ProtocolError',
      message: /^websocket\.close: code .* may not be sent\. Use 1000 to 1014 but/,
    })
  }
})

t.test('a reason is text', async (t) => {
  t.throws(() => readClose({ type, reason: 1 as unknown as string }), {
    message: /the reason must be text, number was sent/,
  })
})

t.test('a long reason is cut to 123 bytes, between characters', async (t) => {
  for (const [reason, cut] of [
    ['x'.repeat(123), 123],
    ['x'.repeat(124), 123],
    ['\u00e9'.repeat(62), 61],
    [`${'x'.repeat(121)}\u20ac`, 121],
    [`${'x'.repeat(120)}\u{1f600}`, 120],
    [`${'x'.repeat(119)}\u{1f600}`, 121],
    ['\u00e9'.repeat(41), 41],
  ] as const) {
    t.equal(cutReason(reason), reason.slice(0, cut))
  }
})

t.test('a fault has the code that the peer is told', async (t) => {
  for (const [code, wanted] of [
    ['WS_ERR_INVALID_UTF8', 1007],
    ['Z_DATA_ERROR', 1007],
    ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008],
    ['WS_ERR_INVALID_OPCODE', 1002],
    [undefined, 1002],
  ] as const) {
    const error = Object.assign(new Error('what it was'), { code })

    t.same(faulty(error, 5), disconnected(wanted, 'what it was'))
  }
})

t.test('a message that is too large says how large it may be', async (t) => {
  for (const code of [
    'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
    'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  ]) {
    const told = faulty(Object.assign(new Error(), { code }), 5)

    t.same(told, disconnected(1009, 'a message has more than 5 bytes (maxMessageSize)'))
  }
})
