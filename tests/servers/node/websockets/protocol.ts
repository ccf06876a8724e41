// What Autobahn's fuzzing client looks at, frame by frame: most of it is done by `ws`, and all of it
// is what clients of this server meet.
import { deflateRawSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { closeFrame, frame, open, readFrames } from '../../../support/frames.ts'
import { eventually, type Listening, listening, type RawClient } from '../../../support/sockets.ts'
import { echo } from '../../../support/websockets.ts'

/** How a server reads frames, and what it was offered. */
interface Mode {
  readonly shortcuts?: boolean
  readonly deflate?: boolean
}

const DEFLATE = ['sec-websocket-extensions: permessage-deflate']

/** A server of one mode, that sends nothing compressed, since no answer is that long. */
function served(t: Test, { shortcuts = true, deflate = false }: Mode = {}): Promise<Listening> {
  const perMessageDeflate = deflate && { threshold: 1_000_000 }
  return listening(t, echo(), { shortcuts, websocket: { closeTimeoutMs: 200, perMessageDeflate } })
}

/** All frames of the server's to these bytes, until it ends the connection. */
async function talk(
  { connect }: Pick<Listening, 'connect'>,
  sent: readonly Uint8Array[],
  { piece = 0, deflate = false } = {},
): Promise<string[]> {
  const client = await open(await connect(), '/', deflate ? DEFLATE : [])
  const bytes = Buffer.concat(sent)
  if (piece === 0) client.send(bytes)
  for (let at = 0; piece > 0 && at < bytes.byteLength; at += piece) {
    client.send(bytes.subarray(at, at + piece))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return readFrames(await client.end())
}

const END = closeFrame(1000)
const OVER = 'close 1000'
const long = 'x'.repeat(126)
const longer = 'x'.repeat(65_536)

/** What is sent, and what comes back; the last frame is the close. */
const CASES: readonly (readonly [string, readonly Uint8Array[], readonly string[]])[] = [
  ['an empty text', [frame(1), END], ['text', OVER]],
  ['a text', [frame(1, 'caf\u00e9 \u{1f600}'), END], ['text caf\u00e9 \u{1f600}', OVER]],
  ['bytes', [frame(2, Buffer.of(0, 255)), END], ['binary 00ff', OVER]],
  ['no bytes', [frame(2), END], ['binary', OVER]],
  ['a length of 16 bits', [frame(1, long), END], [`text ${long}`, OVER]],
  ['a length of 64 bits', [frame(1, longer), END], [`text ${longer}`, OVER]],
  ['a mask of nothing', [frame(1, 'hi', { mask: [0, 0, 0, 0] }), END], ['text hi', OVER]],
  ['a ping', [frame(9, 'hi'), END], ['pong hi', OVER]],
  ['an empty ping', [frame(9), END], ['pong', OVER]],
  ['a ping of 125 bytes', [frame(9, 'x'.repeat(125)), END], [`pong ${'x'.repeat(125)}`, OVER]],
  ['a ping of 126 bytes', [frame(9, long)], ['close 1002']],
  ['a pong nobody asked for', [frame(10, 'hi'), END], [OVER]],
  ['ten pings', [...Array(10).fill(frame(9, 'p')), END], [...Array(10).fill('pong p'), OVER]],
  ['RSV1 without an extension', [frame(1, 'hi', { rsv: 0x40 })], ['close 1002']],
  ['RSV2', [frame(1, 'hi', { rsv: 0x20 })], ['close 1002']],
  ['RSV3', [frame(1, 'hi', { rsv: 0x10 })], ['close 1002']],
  ['RSV1 of a ping', [frame(9, '', { rsv: 0x40 })], ['close 1002']],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
    (opcode) => [`opcode ${opcode}`, [frame(opcode, 'hi')], ['close 1002']] as const,
  ),
  ['a frame without a mask', [frame(1, 'hi', { mask: null })], ['close 1002']],
  ['a ping without a mask', [frame(9, '', { mask: null })], ['close 1002']],
  ['two fragments', [frame(1, 'a', { fin: false }), frame(0, 'b'), END], ['text ab', OVER]],
  ['empty fragments', [frame(1, '', { fin: false }), frame(0), END], ['text', OVER]],
  [
    'a ping between fragments',
    [frame(2, 'a', { fin: false }), frame(9, 'p'), frame(0, 'b'), END],
    ['pong p', 'binary 6162', OVER],
  ],
  ['a continuation of nothing', [frame(0, 'b')], ['close 1002']],
  ['an unfinished one of nothing', [frame(0, 'b', { fin: false })], ['close 1002']],
  ['a text in a text', [frame(1, 'a', { fin: false }), frame(1, 'b')], ['close 1002']],
  ['a ping in fragments', [frame(9, 'a', { fin: false })], ['close 1002']],
  ['a close in fragments', [frame(8, '', { fin: false })], ['close 1002']],
  ['bad UTF-8', [frame(1, Buffer.of(0xce, 0xba, 0xe1, 0xbd))], ['close 1007']],
  ['an encoded surrogate', [frame(1, Buffer.of(0xed, 0xa0, 0x80))], ['close 1007']],
  ['an overlong sequence', [frame(1, Buffer.of(0xc0, 0xaf))], ['close 1007']],
  [
    'a character in two fragments',
    [frame(1, Buffer.of(0xc3), { fin: false }), frame(0, Buffer.of(0xa9)), END],
    ['text \u00e9', OVER],
  ],
  ['a close without a code', [closeFrame()], ['close']],
  ['a close with a reason', [closeFrame(3000, 'bye')], ['close 3000 bye']],
  ['a reason of 123 bytes', [closeFrame(1000, 'x'.repeat(123))], [`${OVER} ${'x'.repeat(123)}`]],
  ['a close of one byte', [frame(8, Buffer.of(3))], ['close 1002']],
  ['a close of 126 bytes', [closeFrame(1000, 'x'.repeat(124))], ['close 1002']],
  ['bad UTF-8 in a reason', [closeFrame(1000, Buffer.of(0xff))], ['close 1007']],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
    (code) => [`close code ${code}`, [closeFrame(code)], ['close 1002']] as const,
  ),
  ...[1000, 1001, 1002, 1003, 1007, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map(
    (code) => [`close code ${code}`, [closeFrame(code)], [`close ${code}`]] as const,
  ),
  ['a message after the close', [END, frame(1, 'late')], [OVER]],
  ['a ping after the close', [END, frame(9)], [OVER]],
  ['two closes', [END, closeFrame(1001)], [OVER]],
  ['a length of 2^63', [frame(2, '', { length: 1n << 63n })], ['close 1009']],
  ['a length of 2^53', [frame(2, '', { length: 1n << 53n })], ['close 1009']],
]

/** A message, or a part of one, as it is compressed. */
function deflated(text: string | Uint8Array): Buffer {
  return deflateRawSync(text, { finishFlush: 2 }).subarray(0, -4)
}

const COMPRESSED = { rsv: 0x40 }
const half = deflated('half and half')

/** The same where messages may be compressed. */
const DEFLATED: readonly (readonly [string, readonly Uint8Array[], readonly string[]])[] = [
  ['a compressed text', [frame(1, deflated('hi'), COMPRESSED), END], ['text hi', OVER]],
  ['compressed bytes', [frame(2, deflated(Buffer.of(1)), COMPRESSED), END], ['binary 01', OVER]],
  ['a compressed nothing', [frame(1, deflated(''), COMPRESSED), END], ['text', OVER]],
  [
    'compressed fragments, and a ping between them',
    [
      frame(1, half.subarray(0, 5), { rsv: 0x40, fin: false }),
      frame(9, 'p'),
      frame(0, half.subarray(5)),
      END,
    ],
    ['pong p', 'text half and half', OVER],
  ],
  [
    'a plain text behind a compressed one',
    [frame(1, deflated('a'), COMPRESSED), frame(1, 'b'), END],
    ['text a', 'text b', OVER],
  ],
  [
    'RSV1 of a continuation',
    [frame(1, 'a', { fin: false }), frame(0, 'b', COMPRESSED)],
    ['close 1002'],
  ],
  ['what cannot be inflated', [frame(1, Buffer.alloc(9, 0xff), COMPRESSED)], ['close 1007']],
  ['bad UTF-8, compressed', [frame(1, deflated(Buffer.of(255)), COMPRESSED)], ['close 1007']],
  ['2 MiB in 2 KB', [frame(2, deflated(Buffer.alloc(1 << 21)), COMPRESSED)], ['close 1009']],
]

const MODES: readonly Required<Mode>[] = [
  { shortcuts: true, deflate: false },
  { shortcuts: false, deflate: false },
  { shortcuts: true, deflate: true },
  { shortcuts: false, deflate: true },
]

for (const mode of MODES) {
  t.test(`frames and their answers, ${JSON.stringify(mode)}`, async (t) => {
    const server = await served(t, mode)
    const plain = CASES.filter(([name]) => !(mode.deflate && name.startsWith('RSV1 without')))
    const cases = mode.deflate ? [...plain, ...DEFLATED] : plain
    const answers = await Promise.all(cases.map(([, sent]) => talk(server, sent, mode)))

    for (const [index, [name, , wanted]] of cases.entries()) t.same(answers[index], wanted, name)
  })
}

t.test('frames may arrive byte by byte', async (t) => {
  const sent = [frame(1, 'a', { fin: false }), frame(9, 'p'), frame(0, 'b'), closeFrame(1001, 'x')]
  const server = await served(t)

  t.same(await talk(server, sent, { piece: 1 }), ['pong p', 'text ab', 'close 1001 x'])
})

/** A client whose server has ended the websocket; how the app was told. */
async function ending(t: Test, end: (client: RawClient) => unknown): Promise<unknown> {
  const seen: object[] = []
  const { connect, errors } = await listening(t, echo(seen as []))
  const client = await open(await connect())
  await end(client)
  await eventually(() => seen.length === 1, 'the disconnect')
  t.same(errors, [])
  return seen[0]
}

t.test('a client that ends its side has disconnected', async (t) => {
  const told = await ending(t, async (client) => {
    client.socket.end()
    await client.end()
  })

  t.same(told, { type: 'websocket.disconnect', code: 1006, reason: '' })
})

t.test('a client that ends it within a frame has disconnected too', async (t) => {
  const told = await ending(t, (client) => client.send(frame(1, 'hi').subarray(0, 4)).socket.end())

  t.same(told, { type: 'websocket.disconnect', code: 1006, reason: '' })
})

t.test('a client that resets the connection has disconnected too', async (t) => {
  const told = await ending(t, (client) => client.leave())

  t.same(told, { type: 'websocket.disconnect', code: 1006, reason: '' })
})

t.test('the app gets the code and reason of the client', async (t) => {
  for (const [sent, code, reason] of [
    [closeFrame(), 1005, ''],
    [closeFrame(4000, 'caf\u00e9'), 4000, 'caf\u00e9'],
    [frame(3), 1002, 'Invalid WebSocket frame: invalid opcode 3'],
    [frame(1, Buffer.of(255)), 1007, 'Invalid WebSocket frame: invalid UTF-8 sequence'],
  ] as const) {
    const told = await ending(t, async (client) => {
      await client.send(sent).end()
      client.socket.end()
    })

    t.same(told, { type: 'websocket.disconnect', code, reason })
  }
})

t.test('a client that does not answer a close is disconnected', async (t) => {
  const { connect, server } = await listening(t, echo(), { websocket: { closeTimeoutMs: 50 } })
  const client = await open(await connect())
  server.close()

  t.same(readFrames(await client.until('\x03\xf4')), ['close 1012'])
  await client.end()
})
