import fc from 'fast-check'
import t from 'tap'
import { fitting, parseJSON, toJSON } from '../../lib/websockets/data.ts'

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

t.test('writes JSON, compact and with characters as they are', async (t) => {
  t.equal(toJSON({ a: 'é', b: [1] }), '{"a":"é","b":[1]}')
  t.throws(() => toJSON(undefined), {
    name: 'TypeError',
    message:
      'websocket.sendJSON: the value must have a JSON form, undefined was given. Pass null for "nothing".',
  })
  t.throws(() => toJSON(1n), TypeError)
})

t.test('a reason that is too long for a frame ends with a whole character', async (t) => {
  const x = 'x'.repeat(121)

  t.equal(fitting(''), '')
  t.equal(fitting(`${x}é`), `${x}é`)
  t.equal(fitting(`${x}é☃`), `${x}é`)
  t.equal(fitting(`${x}☃`), x)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (reason) => {
      const cut = fitting(reason)
      const size = new TextEncoder().encode(cut).byteLength
      return reason.startsWith(cut) && size <= 123 && (cut === reason || size > 119)
    }),
  )
})
