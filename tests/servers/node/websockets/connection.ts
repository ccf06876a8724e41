// What goes through an open socket, how fast either side may be, and how large a message.
import t from 'tap'
import { Inbox } from '../../../../lib/protocol/inbox.ts'
import { Connection } from '../../../../lib/servers/node/websockets/connection.ts'
import { readWebSocketOptions } from '../../../../lib/servers/node/websockets/options.ts'
import { Peer } from '../../../../lib/servers/node/websockets/peer.ts'
import type { Send, SendMessage } from '../../../../lib/types.ts'
import { frame, open, readFrames } from '../../../support/frames.ts'
import { eventually, listening } from '../../../support/sockets.ts'
import { connected, echo, websocketApp } from '../../../support/websockets.ts'
import { upgraded, Wire } from '../../../support/wires.ts'

const ACCEPT: SendMessage = { type: 'websocket.accept' }
const MB = 1_048_576

/** Sends bytes that are there once, so that a copy would show. */
function bytes(size: number): SendMessage {
  return { type: 'websocket.send', bytes: Buffer.alloc(size, 1) }
}

t.test('an invalid message is refused, and the socket is not changed', async (t) => {
  const type = 'websocket.send'
  const seen: string[] = []
  const served = await listening(
    t,
    websocketApp(async (_scope, _receive, send) => {
      await send(ACCEPT)
      for (const content of [
        {},
        { text: 'a', bytes: Buffer.of(1) },
        { text: 1 },
        { bytes: 'a' },
        { bytes: [1] },
        { text: null, bytes: Buffer.of(1) },
      ]) {
        await send({ type, ...content } as SendMessage).catch((error) => seen.push(String(error)))
      }
      await send({ type, text: 'fine' })
    }),
  )
  const peer = await connected(t, served)
  await eventually(() => peer.closed !== undefined, 'the close')

  t.same(peer.messages, ['fine'])
  t.equal(seen.length, 6)
  for (const error of seen) {
    t.match(error, /^ProtocolError: websocket\.send: exactly one of "text", a string, and "bytes"/)
  }
})

t.test('messages of any size arrive, and small buffers may be reused after send', async (t) => {
  const sizes = [0, 10, 16_384, 16_385, 100_000]
  const served = await listening(
    t,
    websocketApp(async (_scope, _receive, send) => {
      await send(ACCEPT)
      for (const size of sizes) {
        const part = Buffer.alloc(size, 1)
        await send({ type: 'websocket.send', bytes: part })
        part.fill(2)
      }
    }),
  )
  const peer = await connected(t, served)
  await eventually(() => peer.closed !== undefined, 'the close')

  t.same(
    peer.messages,
    sizes.map((size) => Buffer.alloc(size, 1)),
  )
})

for (const make of [
  (size: number) => bytes(size),
  (size: number): SendMessage => ({ type: 'websocket.send', text: 'x'.repeat(size) }),
]) {
  t.test('a client that does not read stops the sender', async (t) => {
    let sent = 0
    const { connect } = await listening(
      t,
      websocketApp(async (_scope, _receive, send) => {
        await send(ACCEPT)
        for (; sent < 200; sent++) await send(make(MB))
      }),
    )
    const client = await open(await connect())
    client.socket.pause()
    let before = -1
    while (before !== sent) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    t.ok(sent < 200, `it waits after ${sent} MB`)

    client.socket.resume()
    await eventually(() => sent > before, 'more')
  })
}

t.test('a waiting sender is released when the client disconnects', async (t) => {
  let seen = ''
  let isSending = false
  const { connect, errors } = await listening(
    t,
    websocketApp(async (_scope, _receive, send: Send) => {
      await send(ACCEPT)
      try {
        for (;;) {
          isSending = true
          await send(bytes(MB))
        }
      } catch (error) {
        seen = String(error)
        throw error
      }
    }),
  )
  const client = await open(await connect())
  client.socket.pause()
  await eventually(() => isSending, 'the sender')
  await new Promise((resolve) => setTimeout(resolve, 100))

  await client.leave()

  await eventually(() => seen !== '', 'the error')
  t.match(seen, /^ClientDisconnected: /)
  t.same(errors, [])
})

t.test('an app that does not receive stops the sender', async (t) => {
  let take: (() => void) | undefined
  const taken: number[] = []
  const { connect } = await listening(
    t,
    websocketApp(async (_scope, receive, send) => {
      await send(ACCEPT)
      await new Promise<void>((resolve) => {
        take = resolve
      })
      for (let index = 0; index < 40; index++) {
        const message = await receive()
        if (message.type === 'websocket.receive') taken.push(message.bytes?.byteLength ?? -1)
      }
    }),
    { websocket: { maxQueuedMessages: 2 } },
  )
  const client = await open(await connect())
  const large = frame(2, Buffer.alloc(900_000))
  for (let index = 0; index < 40; index++) client.send(large)
  let before = -1
  while (before !== client.socket.writableLength) {
    before = client.socket.writableLength
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  t.ok(before > 0, 'the client has to keep what is not read')

  await eventually(() => take !== undefined, 'the app')
  take?.()

  await eventually(() => taken.length === 40, 'all messages')
  t.same(new Set(taken), new Set([900_000]))
})

t.test('a message that is too large closes with 1009, in any frames', async (t) => {
  for (const sent of [
    [frame(1, 'x'.repeat(11))],
    [frame(2, '', { length: 2 ** 40 })],
    [frame(1, 'x'.repeat(6), { fin: false }), frame(0, 'x'.repeat(5))],
  ]) {
    const seen: object[] = []
    const { connect } = await listening(t, echo(seen as []), { websocket: { maxMessageSize: 10 } })
    const client = await open(await connect())
    client.send(frame(1, 'x'.repeat(10))).send(Buffer.concat(sent))

    t.same(readFrames(await client.end()), [`text ${'x'.repeat(10)}`, 'close 1009'])
    const reason = 'a message has more than 10 bytes (maxMessageSize)'
    t.same(seen, [{ type: 'websocket.disconnect', code: 1009, reason }])
  }
})

t.test('a message may have 1 MiB by default', async (t) => {
  const served = await listening(t, echo())
  const peer = await connected(t, served)
  peer.ws.send(Buffer.alloc(MB))
  await eventually(() => peer.messages.length === 1, 'the echo')

  peer.ws.send(Buffer.alloc(MB + 1))

  await eventually(() => peer.closed !== undefined, 'the close')
  t.same(peer.closed, [1009, ''])
})

t.test('messages are compressed only if both sides support it', async (t) => {
  const text = 'again and again '.repeat(1000)
  for (const [websocket, perMessageDeflate, wanted] of [
    [{}, true, ''],
    [{ perMessageDeflate: true }, false, ''],
    [{ perMessageDeflate: true }, true, 'permessage-deflate'],
    [{ perMessageDeflate: { contextTakeover: true } }, true, 'permessage-deflate'],
  ] as const) {
    const served = await listening(t, echo(), { websocket })
    const peer = await connected(t, served, '/', [], { perMessageDeflate })
    t.equal(peer.ws.extensions, wanted)
    for (const data of [text, Buffer.from(text), 'short', '']) peer.ws.send(data)

    await eventually(() => peer.messages.length === 4, 'the echoes')

    t.same(peer.messages, [text, Buffer.from(text), 'short', ''])
  }
})

t.test('compressed messages are sent in order, before their close', async (t) => {
  const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000))
  const served = await listening(
    t,
    websocketApp(async (_scope, _receive, send) => {
      await send(ACCEPT)
      await Promise.all(texts.map((text) => send({ type: 'websocket.send', text })))
    }),
    { websocket: { perMessageDeflate: true } },
  )
  const peer = await connected(t, served, '/', [], { perMessageDeflate: true })
  await eventually(() => peer.closed !== undefined, 'the close')

  t.same(peer.messages, texts)
  t.same(peer.closed, [1000, ''])
})

for (const shortcuts of [true, false]) {
  t.test(`messages with shortcuts: ${shortcuts} use the expected way`, async (t) => {
    const wire = new Wire()
    const ws = upgraded(wire, { WebSocket: Peer }) as Peer
    const settings = readWebSocketOptions({})
    const inbox = new Inbox(settings)
    const connection = new Connection(
      ws,
      wire,
      inbox,
      { settings, shortcuts },
      { lost() {}, closed() {} },
    )
    wire.push(frame(1, 'hi'))

    t.same(await inbox.receive(), { type: 'websocket.receive', text: 'hi' })
    t.equal(Object.hasOwn(wire, 'push'), shortcuts)
    connection.terminate()
  })
}
