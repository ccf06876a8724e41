// Runs alone: measures the memory of its process.
// Published advisories about bodies, as far as they concern MessagePack, and that they do not work
// here. Each test is named by the advisory, attacks a server through a socket, and then asks the same
// server once more.
import { encode } from '@msgpack/msgpack'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { msgpack } from '../../lib/msgpack.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { busy } from '../support/linear.ts'
import { bodyOf, type Listening, listening, statuses } from '../support/sockets.ts'

const TYPE = 'application/vnd.msgpack'

const app = Application({
  routes: [
    alive,
    Route('/', {
      post: async (request) => {
        const value = await msgpack(request)
        const polluted = 'x' in {} || 'isAdmin' in {}
        const merged = Object.assign({}, value) as { isAdmin?: unknown }
        return new JSONResponse({ polluted, isAdmin: merged.isAdmin ?? null })
      },
    }),
  ],
})

/** Sends a body, and gives the status and the text of the answer. */
async function post(
  { connect }: Listening,
  body: Uint8Array,
  type = TYPE,
  length = body.byteLength,
): Promise<[number | undefined, string]> {
  const client = await connect()
  const fields = [`content-type: ${type}`, `content-length: ${length}`, 'connection: close']
  client.send(['POST / HTTP/1.1', 'host: test', ...fields, '', ''].join('\r\n'))
  client.socket.write(body)
  const received = await client.end()
  return [statuses(received)[0], bodyOf(received)]
}

const MALFORMED = 'The request body is not valid MessagePack.'

t.test('Litestar CVE-2024-52581: the size of a body is limited', async (t) => {
  const served = await listening(t, app)

  t.same(await post(served, new Uint8Array(), TYPE, 10_000_001), [
    413,
    'The request body is larger than 10000000 bytes.',
  ])
  await assertAlive(t, served)
})

t.test('Litestar CVE-2024-52581: large declared lengths take no memory', async (t) => {
  const served = await listening(t, app)
  const before = process.memoryUsage().rss
  const bombs: [string, Uint8Array, string][] = [
    // Room for 33 million elements each, 256 MB, is what a decoder would make.
    [
      'lists that announce what does not come',
      Buffer.from('dd01ffffff'.repeat(1000), 'hex'),
      MALFORMED,
    ],
    ['maps', Buffer.from('dfffffffff'.repeat(1000), 'hex'), MALFORMED],
    ['a text', Buffer.from('dbffffffff61', 'hex'), MALFORMED],
    [
      'lists in lists',
      new Uint8Array(1_000_000).fill(0x91),
      // The innermost is missing, but the depth is seen first.
      'The request body is nested deeper than 100 levels.',
    ],
    [
      'nine million empty maps',
      Buffer.concat([Buffer.from('dd00895440', 'hex'), Buffer.alloc(9_000_000, 0x80)]),
      'The request body has more than 1000000 values.',
    ],
  ]
  for (const [name, body, message] of bombs) {
    const start = busy()
    t.same(await post(served, body), [400, message], name)
    t.ok(busy() - start < 2000, name)
  }
  const growth = (process.memoryUsage().rss - before) / 1_000_000
  t.ok(growth < 150, `memory grew by ${growth.toFixed(0)} MB`)
  await assertAlive(t, served)
  t.same(served.errors, [])
})

t.test('Hono parseBody, Elysia CVE-2025-66456, 66457: no key changes a prototype', async (t) => {
  const served = await listening(t, app)
  /** An object of one field, whose name no literal can have. */
  const field = (name: string, value: unknown): Uint8Array =>
    Buffer.concat([Uint8Array.of(0x81), encode(name), encode(value)])

  t.same(await post(served, field('__proto__', { isAdmin: true })), [400, MALFORMED])
  t.same(await post(served, Buffer.concat([Uint8Array.of(0x91), field('__proto__', { x: 1 })])), [
    400,
    MALFORMED,
  ])
  for (const [name, value] of [
    ['constructor', { prototype: { isAdmin: true } }],
    ['constructor.prototype.isAdmin', true],
    ['prototype', { isAdmin: true }],
    ['__proto__.isAdmin', true],
    ['__proto__[isAdmin]', true],
  ] as const) {
    const answer = '{"polluted":false,"isAdmin":null}'
    t.same(await post(served, field(name, value)), [200, answer], name)
  }
  t.equal(({} as { isAdmin?: unknown }).isAdmin, undefined)
  await assertAlive(t, served)
})

t.test('fastify CVE-2022-39288: the name of an object property is not a type', async (t) => {
  const served = await listening(t, app)
  const names = ['constructor', '__proto__', 'toString', 'application/__proto__', 'hasOwnProperty']
  for (const type of [...names, 'application/vnd.msgpack, application/json', 'text/plain', '']) {
    t.same(
      await post(served, encode({}), type),
      [415, 'The request body must be of the type application/vnd.msgpack.'],
      type,
    )
  }
  await assertAlive(t, served)
})
