import t from 'tap'
import { disconnectMessage } from '../../../../lib/protocol/websocket.ts'
import { faulty } from '../../../../lib/servers/node/websockets/faults.ts'

t.test('an error has the code that the peer gets', async (t) => {
  for (const [code, wanted] of [
    ['WS_ERR_INVALID_UTF8', 1007],
    ['Z_DATA_ERROR', 1007],
    ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008],
    ['WS_ERR_INVALID_OPCODE', 1002],
    [undefined, 1002],
  ] as const) {
    const error = Object.assign(new Error('what it was'), { code })

    t.same(faulty(error, 5), disconnectMessage(wanted, 'what it was'))
  }
})

t.test('the error of a message that is too large shows the limit', async (t) => {
  for (const code of [
    'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
    'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  ]) {
    const told = faulty(Object.assign(new Error(), { code }), 5)

    t.same(told, disconnectMessage(1009, 'a message has more than 5 bytes (maxMessageSize)'))
  }
})
