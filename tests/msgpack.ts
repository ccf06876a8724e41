import { decode } from '@msgpack/msgpack'
import t from 'tap'
import { MsgPackResponse, msgpack } from '../lib/msgpack.ts'
import { Route } from '../lib/routing.ts'
import { testClient } from '../lib/testing/client.ts'

t.test('writes JSON values, bytes and dates: LS-RESP-2', async (t) => {
  const cases: [unknown, unknown][] = [
    [null, null],
    ['é', 'é'],
    [2 ** 53, 2 ** 53],
    [{ b: [1], a: undefined }, { b: [1] }],
    [
      [Uint8Array.of(1), new Date(5)],
      [Uint8Array.of(1), new Date(5)],
    ],
  ]
  for (const [given, read] of cases) t.same(decode(new MsgPackResponse(given).body), read)
  t.same(new MsgPackResponse({ a: undefined }).body, Uint8Array.of(0x80))
})

t.test('throws for values without a representation', async (t) => {
  const cycle: unknown[] = []
  cycle.push(cycle)
  for (const [content, what] of [
    [undefined, 'undefined was given'],
    [() => {}, '"Unrecognized object: \\[object Function\\]" is'],
    [{ a: [1n] }, '"Unrecognized object: \\[object BigInt\\]" is'],
    [cycle, '"Too deep objects in depth 101" is'],
  ] as [unknown, string][]) {
    t.throws(() => new MsgPackResponse(content), {
      name: 'TypeError',
      message: new RegExp(`^MsgPackResponse: the content must have a MessagePack form, ${what}`),
    })
  }
})

t.test('travels both ways', async (t) => {
  await using client = await testClient(
    Route('/', async (request) => new MsgPackResponse(await msgpack(request), { status: 201 }), {
      methods: ['POST'],
    }),
  )
  const { body } = new MsgPackResponse({ name: 'Ada', hash: Uint8Array.of(1, 2) })
  const headers = { 'content-type': 'application/vnd.msgpack' }
  const response = await client.post('/', { body: new Uint8Array(body), headers })

  t.equal(response.status, 201)
  t.equal(response.headers.get('content-type'), 'application/vnd.msgpack')
  t.equal(response.headers.get('content-length'), `${body.byteLength}`)
  t.same(new Uint8Array(await response.arrayBuffer()), body)
  t.equal((await client.post('/', { body: 'a' })).status, 415)
})
