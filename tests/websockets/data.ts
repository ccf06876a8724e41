import t from 'tap'
import { parseJSON, toJSON } from '../../lib/websockets/data.ts'

// WS-4
t.test('reads JSON from text and from bytes', async (t) => {
  t.same(parseJSON('{"a":[1]}'), { a: [1] })
  t.equal(parseJSON(new TextEncoder().encode('"é"')), 'é')
  for (const data of ['{', '', new Uint8Array(), Uint8Array.of(0x22, 0xff, 0x22)]) {
    t.throws(() => parseJSON(data), {
      name: 'WebSocketException',
      code: 1007,
      reason: 'Messages must be JSON.',
    })
  }
})

t.test('writes compact JSON without escapes', async (t) => {
  t.equal(toJSON({ a: 'é', b: [1] }), '{"a":"é","b":[1]}')
  t.throws(() => toJSON(undefined), {
    name: 'TypeError',
    message:
      'websocket.sendJSON: the value must have a JSON form, undefined was given. Pass null for "nothing".',
  })
  t.throws(() => toJSON(1n), TypeError)
})
