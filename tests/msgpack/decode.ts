import { ExtData, encode } from '@msgpack/msgpack'
import t from 'tap'
import { type DecodeOptions, decodeMsgPack } from '../../lib/msgpack/decode.ts'
import { msgpack } from '../../lib/msgpack.ts'
import { Request } from '../../lib/requests.ts'
import { httpScope, receiving } from '../support/scopes.ts'

const TYPE = 'application/vnd.msgpack'

function ask(body: Uint8Array, contentType: string | null = TYPE): Request {
  const headers = contentType === null ? [] : ['content-type', contentType]
  return new Request(
    httpScope({ method: 'POST', headers }),
    receiving([{ type: 'http.request', body, moreBody: false }]),
  )
}

t.test('decodes encoded values', async (t) => {
  const values = [
    null,
    true,
    -7,
    1.5,
    'é😀',
    [1, [2]],
    { a: { b: [] }, constructor: 1, 7: 'seven' },
    Uint8Array.of(1, 2),
    new Date(1_700_000_000_123),
    2 ** 52 + 1,
  ]
  for (const value of values) t.same(decodeMsgPack(encode(value), {}), value)
  t.same(await msgpack(ask(encode(values))), values)
})

t.test('refuses an unknown option', async (t) => {
  const options = { maxdepth: 3 } as object
  await t.rejects(msgpack(ask(encode({})), options), {
    name: 'TypeError',
    message: /^msgpack: unknown option "maxdepth"/,
  })
})

t.test('64-bit integers are numbers, or exact on request', async (t) => {
  const body = Uint8Array.of(0xcf, 0x7f, ...Array(7).fill(0xff))
  t.equal(await msgpack(ask(body)), 2 ** 63)
  t.equal(await msgpack(ask(body), { bigInt64: true }), 2n ** 63n - 1n)
})

t.test('only its own content types are accepted: LS-REQ-2', async (t) => {
  const body = encode({ a: 1 })
  for (const type of [
    TYPE,
    'application/msgpack',
    'application/x-msgpack',
    'Application/VND.msgpack; a="b, c"',
  ]) {
    t.same(await msgpack(ask(body, type)), { a: 1 }, type)
  }
  for (const type of [
    null,
    '',
    'text/plain',
    'application/json',
    'application/octet-stream',
    'application/vnd.msgpackx',
    `${TYPE}; a, text/plain`,
    `${TYPE} x`,
  ]) {
    await t.rejects(
      msgpack(ask(body, type)),
      { status: 415, message: 'The request body must be of the type application/vnd.msgpack.' },
      `${type}`,
    )
    t.same(await msgpack(ask(body, type), { anyContentType: true }), { a: 1 })
  }
})

t.test('invalid data is a 400, and too much data a 413 or 400', async (t) => {
  const malformed = { status: 400, message: 'The request body is not valid MessagePack.' }
  const bodies = {
    empty: [],
    cut: [0x92, 0],
    more: [0, 0],
    unused: [0xc1],
    'a key that is a list': [0x81, 0x90, 0],
    'a key that is null': [0x81, 0xc0, 0],
    'a key that is __proto__': [...encode({ _: 1 }).subarray(0, 1), ...encode('__proto__'), 0],
    'an invalid timestamp': [0xd4, 0xff, 0],
  }
  for (const [name, bytes] of Object.entries(bodies)) {
    await t.rejects(msgpack(ask(Uint8Array.from(bytes))), malformed, name)
  }
  t.same(decodeMsgPack(Uint8Array.of(0xd4, 5, 0), {}), new ExtData(5, Uint8Array.of(0)))

  const cases: [DecodeOptions & { maxSize?: number }, number, string][] = [
    [{ maxSize: 3 }, 413, 'The request body is larger than 3 bytes.'],
    [{ maxDepth: 1 }, 400, 'The request body is nested deeper than 1 levels.'],
    [{ maxValues: 3 }, 400, 'The request body has more than 3 values.'],
  ]
  for (const [options, status, message] of cases) {
    await t.rejects(msgpack(ask(encode([[1, 2]])), options), { status, message })
  }
  t.same(await msgpack(ask(encode([[1, 2]])), { maxSize: 4, maxDepth: 2, maxValues: 4 }), [[1, 2]])
})

t.test('the body can be read again', async (t) => {
  const request = ask(encode(7))
  t.equal(await msgpack(request), 7)
  t.equal(await msgpack(request), 7)
  t.same(await request.bytes(), Uint8Array.of(7))
})
