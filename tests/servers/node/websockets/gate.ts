// What a peer sends ahead of its app: held back, but for what must be known at once.
import type { Socket } from 'node:net'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { websocketListener, websocketStream } from '../../../../lib/endpoints.ts'
import { Inbox } from '../../../../lib/protocol/inbox.ts'
import { WebSocketRoute } from '../../../../lib/routing.ts'
import { Connection } from '../../../../lib/servers/node/websockets/connection.ts'
import { readWebSocketOptions } from '../../../../lib/servers/node/websockets/options.ts'
import { Peer } from '../../../../lib/servers/node/websockets/peer.ts'
import type { ReceiveMessage } from '../../../../lib/types.ts'
import { closeFrame, frame, open, readFrames } from '../../../support/frames.ts'
import { eventually, listening, soon } from '../../../support/sockets.ts'
import { websocketApp } from '../../../support/websockets.ts'
import { upgraded, Wire } from '../../../support/wires.ts'

const ALWAYS = { maxPayload: 1_000_000, perMessageDeflate: true }
const DEFLATE = ['sec-websocket-extensions: permessage-deflate']

const wires: Wire[] = []
t.afterEach(() => {
  for (const wire of wires.splice(0)) wire.destroy() // and with it the timer of a close
})

interface Mode {
  readonly shortcuts: boolean
  readonly deflate: boolean
}

const MODES: readonly Mode[] = [
  { shortcuts: true, deflate: false },
  { shortcuts: false, deflate: false },
  { shortcuts: false, deflate: true },
]

/** A connection on a socket without a network, and the inbox behind it. */
function connection({ shortcuts, deflate }: Mode, maxQueuedMessages: number) {
  const wire = new Wire()
  wires.push(wire)
  const settings = readWebSocketOptions({ maxQueuedMessages })
  const ws = upgraded(
    wire,
    { WebSocket: Peer, ...(deflate ? ALWAYS : {}) },
    deflate ? DEFLATE : [],
  ) as Peer
  wire.written = ''
  const inbox = new Inbox(settings)
  const lost: ReceiveMessage[] = []
  const owner = {
    lost: (message: ReceiveMessage & { type: 'websocket.disconnect' }) => {
      lost.push(message)
      inbox.end(message)
    },
    closed: () => {},
  }
  new Connection(ws, wire as Socket, inbox, { settings, shortcuts }, owner)
  /** How many messages are in memory. */
  const kept = (): number => maxQueuedMessages + 1_024 - inbox.spare
  return { wire, inbox, lost, kept }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A whole message in one frame. */
function message(text: string, deflate: boolean): Buffer {
  if (!deflate) return frame(1, text)
  return frame(1, deflateRawSync(text, { finishFlush: 2 }).subarray(0, -4), { rsv: 0x40 })
}

t.test('the number of waiting messages is limited', async (t) => {
  for (const mode of MODES) {
    const { wire, inbox, kept } = connection(mode, 16)
    await turn()
    const one = mode.deflate ? message('', true) : frame(1)
    wire.push(Buffer.concat(Array(3_000).fill(one)))
    await eventually(() => kept() === 17, JSON.stringify(mode))
    for (let round = 0; round < 20; round++) await turn()

    let most = kept()
    for (let taken = 0; taken < 3_000; taken++) {
      await inbox.receive()
      most = Math.max(most, kept())
    }
    t.equal(most, 17, JSON.stringify(mode))
  }
})

/** Messages of one or more frames, with pings among them. */
const MESSAGES = fc.array(
  fc.record({
    parts: fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 3 }),
    ping: fc.option(fc.stringMatching(/^[a-z]{0,5}$/)),
  }),
  { minLength: 1, maxLength: 40 },
)

t.test('all messages arrive in order, in any packets and with any reader', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      MESSAGES,
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(...MODES),
      async (messages, sizes, maxQueuedMessages, mode) => {
        const { wire, inbox, kept } = connection(mode, maxQueuedMessages)
        await turn()
        const frames = messages.flatMap(({ parts, ping }, number) => [
          ...(mode.deflate && number % 2 === 0
            ? [message(parts.join(''), true)]
            : parts.flatMap((part, index) => [
                frame(index === 0 ? 1 : 0, part, { fin: index === parts.length - 1 }),
                ...(index === 0 && ping !== null ? [frame(9, ping)] : []),
              ])),
        ])
        const bytes = Buffer.concat(frames)
        const taken: string[] = []
        const taking = (async () => {
          while (taken.length < messages.length) {
            const next = await inbox.receive()
            taken.push(next.type === 'websocket.receive' ? (next.text ?? '') : next.type)
            if (taken.length % 3 === 0) await turn()
          }
        })()
        for (let at = 0, index = 0; at < bytes.length; index++) {
          const size = sizes[index % sizes.length] ?? 1
          wire.push(bytes.subarray(at, at + size))
          at += size
          if (index % 4 === 0) await turn()
          if (kept() > maxQueuedMessages + 1) throw new Error(`${kept()} are kept`)
        }
        await soon(taking, `${taken.length} of ${messages.length}`)
        const wanted = messages.map(({ parts }) => parts.join(''))
        if (taken.join('|') !== wanted.join('|')) throw new Error(`${taken} for ${wanted}`)
        const pongs = frames.filter((each) => each[0] === 0x89).length
        await turn()
        const written = readFrames(wire.written).filter((each) => each.startsWith('pong'))
        if (written.length !== pongs) throw new Error(`${written} for ${pongs} pings`)
        wire.destroy()
      },
    ),
    { numRuns: 60 },
  )
  t.pass()
})

t.test('pings are answered and a close is noticed behind unread messages', async (t) => {
  for (const mode of MODES) {
    for (const size of [1, 100_000]) {
      const { wire, inbox, lost } = connection(mode, 2)
      await turn()
      const bytes = Buffer.concat([
        ...Array(30).fill(message('m', mode.deflate)),
        frame(9, 'there?'),
        closeFrame(4000, 'bye'),
        frame(1, 'late'),
      ])
      for (let at = 0; at < bytes.length; at += size) wire.push(bytes.subarray(at, at + size))
      await eventually(() => lost.length > 0 || wire.written.endsWith('bye'), 'the close')

      t.same(readFrames(wire.written), ['pong there?', 'close 4000 bye'], `${size}`)
      wire.destroy()
      await eventually(() => lost.length > 0, 'the news')
      for (let count = 0; count < 30; count++) {
        t.match(await inbox.receive(), { type: 'websocket.receive', text: 'm' })
      }
      t.match(await inbox.receive(), { type: 'websocket.disconnect', code: 4000, reason: 'bye' })
    }
  }
})

t.test('of a closed peer, at most a thousand unread messages are kept', async (t) => {
  const { wire, kept, lost } = connection({ shortcuts: true, deflate: false }, 16)
  await turn()
  wire.push(Buffer.concat(Array(3_000).fill(frame(1))))
  wire.push(closeFrame(1000))
  await eventually(() => wire.written !== '', 'the answer')
  wire.destroy()

  await eventually(() => lost.length > 0, 'the close')
  t.equal(kept(), 16 + 1_024)
})

t.test('messages that arrived before a connection was lost are received', async (t) => {
  const { wire, inbox, lost } = connection({ shortcuts: false, deflate: false }, 2)
  await turn()
  wire.push(Buffer.concat(Array(50).fill(frame(1, 'm'))))
  await turn()
  wire.destroy()
  await eventually(() => lost.length > 0, 'the end')

  for (let count = 0; count < 50; count++) t.match(await inbox.receive(), { text: 'm' })
  t.match(await inbox.receive(), { code: 1006 })
})

t.test('an invalid control frame ends the websocket behind unread messages', async (t) => {
  for (const bad of [
    frame(9, 'x'.repeat(126)),
    frame(8, Buffer.of(3)),
    frame(9, '', { fin: false }),
  ]) {
    const { wire } = connection({ shortcuts: true, deflate: false }, 2)
    await turn()
    wire.push(Buffer.concat([...Array(20).fill(frame(1, 'm')), bad]))
    await eventually(() => wire.written !== '', 'the close')

    t.same(readFrames(wire.written), ['close 1002'])
  }
})

/** Opens a websocket to a handler, sends more messages than are read ahead, and closes. */
async function closesBehind(t: Test, route: WebSocketRoute<'/'>): Promise<void> {
  const { connect, errors } = await listening(t, route)
  const client = await open(await connect())
  client.send(Buffer.concat([...Array(40).fill(frame(1, '"unread"')), closeFrame(1000)]))

  await client.until('\x03\xe8')
  t.equal(readFrames(client.received).at(-1), 'close 1000')
  t.same(errors, [])
}

t.test('a handler that only sends notices a close', async (t) => {
  let isStopped = false
  const stream = websocketStream(async function* ({ signal }) {
    try {
      yield 'first'
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    } finally {
      isStopped = true
    }
  })

  await closesBehind(t, WebSocketRoute('/', stream))

  await eventually(() => isStopped, 'the end of the generator')
})

t.test('a listener that is busy with a message notices it too', async (t) => {
  let isAborted = false
  const listener = websocketListener(async (_message, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    isAborted = true
  })

  await closesBehind(t, WebSocketRoute('/', listener))

  await eventually(() => isAborted, 'the abort')
})

t.test('the number of fragments of a message is limited by an option', async (t) => {
  const { connect } = await listening(
    t,
    websocketApp(async (_scope, receive, send) => {
      await send({ type: 'websocket.accept' })
      while ((await receive()).type === 'websocket.receive') {
        await send({ type: 'websocket.send', text: 'got it' })
      }
    }),
    { websocket: { maxFragments: 3 } },
  )
  const parts = (count: number): Buffer[] =>
    Array.from({ length: count }, (_, index) =>
      frame(index === 0 ? 1 : 0, 'a', { fin: index === count - 1 }),
    )
  const client = await open(await connect())

  client.send(Buffer.concat([...parts(3), ...parts(4)]))

  t.same(readFrames(await client.end()), ['text got it', 'close 1008'])
})
