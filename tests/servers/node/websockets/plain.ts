// What a socket gives, with and without the shortcut: `ws` on its own is the measure of what is right.
import type { Socket } from 'node:net'
import { Duplex, Writable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import type { WebSocket } from 'ws'
import { readPlainFrames } from '../../../../lib/servers/node/websockets/plain.ts'
import type { WebSocketReceivedMessage } from '../../../../lib/types.ts'
import { closeFrame, frame, longForm, readFrames } from '../../../support/frames.ts'
import { runs } from '../../../support/runs.ts'
import { upgraded, Wire } from '../../../support/wires.ts'

const LIMIT = 300

const wires: Wire[] = []
t.afterEach(() => {
  for (const wire of wires.splice(0)) wire.destroy() // and with it the timer of a close
})

interface Talk {
  readonly wire: Wire
  readonly ws: WebSocket
  /** In order. */
  readonly events: string[]
  /** Those that `ws` had no part in. */
  readonly direct: string[]
}

function talk(isDirect: boolean): Talk {
  const wire = new Wire()
  wires.push(wire)
  const ws = upgraded(wire, { maxPayload: LIMIT })
  wire.written = ''
  const events: string[] = []
  const direct: string[] = []
  const note = (data: Uint8Array | string, size: number): void => {
    events.push(`${typeof data === 'string' ? data : `<${Buffer.from(data).toString('hex')}>`} ${size}`)
  } // biome-ignore format: one line
  ws.on('message', (data: Buffer, isBinary) => note(isBinary ? data : `${data}`, data.length))
  ws.on('ping', (data: Buffer) => events.push(`ping ${data.toString('hex')}`))
  ws.on('pong', (data: Buffer) => events.push(`pong ${data.toString('hex')}`))
  ws.on('error', (error) => events.push(`error ${error.message}`))
  ws.on('close', (code, reason) => events.push(`close ${code} ${reason.toString('hex')}`))
  if (isDirect) {
    const take = ({ text, bytes }: WebSocketReceivedMessage, size: number): void => {
      note(text ?? bytes ?? 'neither', size)
      direct.push(events.at(-1) ?? '')
    }
    readPlainFrames(wire, ws, LIMIT, { take })
  }
  return { wire, ws, events, direct }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Gives these chunks one by one; between them the reading may stop for a while. */
async function give({ wire, ws }: Talk, chunks: readonly Uint8Array[], stops = ''): Promise<void> {
  await turn() // until it flows
  for (const [index, chunk] of chunks.entries()) {
    // Once it has ended, as after a fault, Node gives nothing more.
    if (!wire.destroyed) wire.push(Buffer.from(chunk))
    if (stops[index] === 'p') ws.pause()
    if (stops[index] === 'r') ws.resume()
    if (stops[index] !== ' ') await turn()
  }
  ws.resume()
  await turn()
  await turn()
}

/** What became of the same chunks, on both ways. */
async function both(chunks: readonly Uint8Array[], stops?: string): Promise<[Talk, Talk]> {
  const talks = [talk(true), talk(false)] as const
  for (const one of talks) {
    await give(one, chunks, stops)
    one.wire.destroy()
    await turn()
  }
  return [talks[0], talks[1]]
}

const text = fc.string({ unit: 'grapheme', maxLength: 100 })
const bytes = fc.uint8Array({ maxLength: 280 })
const mask = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
const options = fc.record({ mask: fc.oneof(fc.constant([0, 0, 0, 0]), mask) })

/** Mostly what clients send, and a little of what they should not. */
const pieces = fc.oneof(
  { weight: 16, arbitrary: fc.tuple(text, options).map(([data, how]) => frame(1, data, how)) },
  { weight: 12, arbitrary: fc.tuple(bytes, options).map(([data, how]) => frame(2, data, how)) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(1, 2), fc.array(text, { maxLength: 3 })).map(([opcode, parts]) =>
      Buffer.concat([
        frame(opcode, 'one', { fin: false }),
        ...parts.map((part) => frame(0, part, { fin: false })),
        frame(0, 'last'),
      ]),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(frame(9, 'p'), frame(10, 'q'), frame(9), frame(1, '', { fin: false })) },
  { weight: 1, arbitrary: fc.constantFrom(longForm(1, 'grün'), longForm(2, ''), longForm(1, 'x'.repeat(130))) },
  // Too long by one, and just not.
  { weight: 1, arbitrary: fc.constantFrom(frame(1, 'y'.repeat(LIMIT + 1)), frame(2, Buffer.alloc(LIMIT, 200))) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(255), fc.nat(255)).map(([one, two]) => Buffer.of(one, two)) },
  { weight: 1, arbitrary: bytes.map((data) => frame(1, data)) },
  { weight: 1, arbitrary: fc.nat(199).map((place) => frame(1, Buffer.alloc(200, 'x').fill(0x80, place, place + 1))) },
  { weight: 1, arbitrary: fc.constantFrom(frame(1, 'x', { mask: null }), frame(2, 'x', { rsv: 0x40 })) },
  { weight: 1, arbitrary: fc.constantFrom(closeFrame(), closeFrame(1000, 'bye'), frame(3, 'x')) },
) // biome-ignore format: a table

/** The same bytes, cut at some places, which may be the same. */
function cut(all: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (all.length + 1)), all.length]
  const starts = [0, ...ends.sort((left, right) => left - right)]
  return ends
    .map((end, index) => all.subarray(starts[index], end))
    .filter(({ length }) => length > 0)
}

t.test('any bytes in any chunks give the same results as ws alone', async (t) => {
  let whole = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(pieces, { minLength: 1, maxLength: 12 }),
      fc.oneof(fc.constant([]), fc.array(fc.nat(), { maxLength: 6 })),
      fc.string({ unit: fc.constantFrom('p', 'r', '-', ' '), maxLength: 6 }),
      async (sent, places, stops) => {
        const [direct, alone] = await both(cut(Buffer.concat(sent), places), stops)
        whole += direct.direct.length
        t.same(direct.events, alone.events)
        t.same(direct.wire.written, alone.wire.written)
        return t.passing()
      },
    ),
    { numRuns: runs(200) },
  )

  t.ok(whole > 100, `${whole} messages were read without ws`)
}) // biome-ignore format: one line

t.test('plain frames are parsed without ws', async (t) => {
  for (const [data, opcode, wanted] of [
    ['', 1, ' 0'],
    ['abcde', 1, 'abcde 5'],
    ['grüße 🫖', 1, 'grüße 🫖 12'],
    ['\ufeffx', 1, '\ufeffx 4'],
    ['', 2, '<> 0'],
    ['abcdefg', 2, '<61626364656667> 7'],
    ['x'.repeat(126), 1, `${'x'.repeat(126)} 126`],
    ['x'.repeat(LIMIT), 1, `${'x'.repeat(LIMIT)} ${LIMIT}`],
    [`${'x'.repeat(128)}ü`, 1, `${'x'.repeat(128)}ü 130`],
    [`${'x'.repeat(131)}ü`, 1, `${'x'.repeat(131)}ü 133`],
    [`ü${'x'.repeat(129)}`, 1, `ü${'x'.repeat(129)} 131`],
  ] as const) {
    const one = talk(true)
    await give(one, [frame(opcode, data), Buffer.concat([frame(2), frame(opcode, data)])])

    t.same(one.direct, [wanted, '<> 0', wanted])
    t.same(one.events, one.direct)
  }
})

t.test('other frames are parsed by ws', async (t) => {
  for (const [chunks, wanted] of [
    [[frame(9, 'p')], ['ping 70']],
    [[frame(1, 'a', { fin: false }), frame(0, 'b')], ['ab 2']],
    [[frame(1, 'ab').subarray(0, 7), frame(1, 'ab').subarray(7)], ['ab 2']],
    [[frame(1, 'ab').subarray(0, 1), frame(1, 'ab').subarray(1)], ['ab 2']],
    [[frame(1, Buffer.of(0xc3))], ['error Invalid WebSocket frame: invalid UTF-8 sequence']],
    // Masked once more, it would be text.
    [
      [frame(1, Buffer.of(0xc3), { mask: [0x80, 0, 0, 0] })],
      ['error Invalid WebSocket frame: invalid UTF-8 sequence'],
    ],
    [[Buffer.of(0xc1, 0x80), frame(1, 'x')], ['error Invalid WebSocket frame: RSV1 must be clear']],
    [[frame(1, 'ab', { mask: null })], ['error Invalid WebSocket frame: MASK must be set']],
    [[frame(1, 'x'.repeat(LIMIT + 1))], ['error Max payload size exceeded']],
    [[closeFrame(), frame(1, 'late')], []],
    ...[0, 1, 2, 3, 128, 131].map((place) => {
      const data = Buffer.alloc(132, 'x').fill(0xc3, place, place + 1)
      return [[frame(1, data)], ['error Invalid WebSocket frame: invalid UTF-8 sequence']] as const
    }),
  ] as const) {
    const one = talk(true)
    await give(one, chunks)

    t.same(one.direct, [])
    t.same(one.events, wanted)
  }
})

t.test('plain frames after another one are parsed without ws again', async (t) => {
  const one = talk(true)
  const half = frame(2, 'b')
  await give(one, [
    Buffer.concat([frame(1, 'a'), half.subarray(0, 3)]),
    half.subarray(3),
    Buffer.concat([frame(1, 'c'), frame(9, 'p'), frame(1, 'd')]),
    frame(1, 'e'),
  ])

  t.same(one.events, ['a 1', '<62> 1', 'c 1', 'ping 70', 'd 1', 'e 1'])
  t.same(one.direct, ['a 1', 'c 1', 'e 1'])
  t.same(readFrames(one.wire.written), ['pong p'])
})

t.test('while reading is paused, frames wait in order', async (t) => {
  const one = talk(true)
  await give(one, [frame(1, 'a')])
  one.ws.pause()
  one.wire.push(frame(1, 'b'))
  one.wire.push(frame(1, 'c'))
  t.same(one.events, ['a 1'])

  one.ws.resume()
  one.wire.push(frame(1, 'd')) // before it flows again
  await give(one, [frame(1, 'e')])

  t.same(one.events, ['a 1', 'b 1', 'c 1', 'd 1', 'e 1'])
  t.same(one.direct, ['a 1', 'e 1'])
})

/** A receiver that never tells of what it waits for. */
class Restful extends Writable {
  readonly _state = 0
  readonly _bufferedBytes = 0
  readonly _fragmented = 0
  readonly _opcode = 0
  readonly _errored = false

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done()
  }
}

t.test('a socket is left to ws', async (t) => {
  const never = { take: (): unknown => t.fail('no message is to come here') }
  const isTaken = (wire: Duplex): boolean => Object.hasOwn(wire, 'push')

  t.test('if its websocket has extensions', async (t) => {
    const wire = new Wire()
    const ws = upgraded(wire, { perMessageDeflate: true }, [
      'sec-websocket-extensions: permessage-deflate',
    ])
    readPlainFrames(wire, ws, LIMIT, never)

    t.equal(ws.extensions, 'permessage-deflate')
    t.notOk(isTaken(wire))
  })

  t.test('if it is not a socket of Node', async (t) => {
    const stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
    readPlainFrames(stream as Socket, upgraded(stream), LIMIT, never)

    t.notOk(isTaken(stream))
  })

  t.test('if its push method was replaced', async (t) => {
    const wire = new Wire()
    const push = (): boolean => true
    wire.push = push
    readPlainFrames(wire, upgraded(wire), LIMIT, never)

    t.equal(wire.push, push)
  })

  t.test('if its receiver has another form', async (t) => {
    for (const _receiver of [undefined, new Restful()]) {
      const wire = new Wire()
      readPlainFrames(wire, Object.assign(upgraded(wire), { _receiver }), LIMIT, never)

      t.notOk(isTaken(wire))
    }
  })
})
