import t from 'tap'
import { ClientDisconnected } from '../../lib/exceptions.ts'
import { NO_LIMITS } from '../../lib/protocol/inbox.ts'
import type { Wire as ResponseWire } from '../../lib/protocol/response.ts'
import { SocketProtocol, type SocketWire } from '../../lib/protocol/socket.ts'
import { type Acceptance, disconnectMessage } from '../../lib/protocol/websocket.ts'
import { type App, SENT, type SendMessage } from '../../lib/types.ts'
import { websocketScope } from '../support/scopes.ts'

/** A wire that lists what it is told. */
class Wire implements SocketWire {
  readonly calls: unknown[] = []
  readonly errors: unknown[] = []
  hasLeft = false
  isOver = false

  accept({ subprotocol }: Acceptance): boolean {
    if (!this.hasLeft) this.calls.push(['accept', subprotocol])
    return !this.hasLeft
  }

  deny(status: number): void {
    this.calls.push(['deny', status])
  }

  response(): ResponseWire {
    const { calls } = this
    let isFlushed = false
    const flush = (...call: unknown[]): void => {
      isFlushed = true
      calls.push(call)
    }
    return {
      sendsTrailers: false,
      isGone: false,
      get isFlushed() {
        return isFlushed
      },
      whole: ({ status }, body) => flush('whole', status, body.byteLength),
      head: ({ status }) => flush('head', status),
      part: (bytes) => {
        flush('part', bytes.byteLength)
        return SENT
      },
      end: (bytes) => flush('end', bytes.byteLength),
      abort: () => flush('abort'),
    }
  }

  text(text: string): Promise<void> {
    this.calls.push(['text', text])
    return SENT
  }

  bytes(bytes: Uint8Array): Promise<void> {
    this.calls.push(['bytes', bytes.byteLength])
    return SENT
  }

  close(code: number, reason: string): void {
    this.calls.push(['close', code, reason])
  }

  failed(error: unknown): void {
    this.errors.push(error)
  }

  ended(): void {
    this.isOver = true
  }
}

function machine(): { wire: Wire; socket: SocketProtocol } {
  const wire = new Wire()
  return { wire, socket: new SocketProtocol(wire, NO_LIMITS) }
}

const ACCEPT: SendMessage = { type: 'websocket.accept' }
const TEXT: SendMessage = { type: 'websocket.send', text: 'a' }
const CLOSE: SendMessage = { type: 'websocket.close' }
const START: SendMessage = { type: 'websocket.http.response.start', status: 418, headers: [] }
const BODY: SendMessage = { type: 'websocket.http.response.body' }

t.test('accepts, sends and closes', async (t) => {
  const { wire, socket } = machine()
  t.equal(socket.phase, 'connecting')
  await socket.send(ACCEPT)
  t.equal(socket.phase, 'open')
  await socket.send(TEXT)
  await socket.send({ type: 'websocket.send', bytes: new Uint8Array(2) })
  await socket.send({ type: 'websocket.close', code: 4000, reason: 'done' })
  t.equal(socket.phase, 'closing')
  socket.lost(disconnectMessage(4000, 'done'))

  t.equal(socket.phase, 'closed')
  t.same(wire.calls, [
    ['accept', undefined],
    ['text', 'a'],
    ['bytes', 2],
    ['close', 4000, 'done'],
  ])
})

t.test('sending after its own close throws, before or after the peer answers', async (t) => {
  const { socket } = machine()
  await socket.send(ACCEPT)
  await socket.send(CLOSE)
  const refused = { name: 'ProtocolError', message: /the app has closed the socket/ }
  await t.rejects(socket.send(TEXT), refused)
  socket.lost(disconnectMessage(1000))

  await t.rejects(socket.send(TEXT), refused)
  await t.rejects(socket.send(CLOSE), refused)
})

t.test('a message to a peer that has left is not a mistake of the app', async (t) => {
  const { socket } = machine()
  await socket.send(ACCEPT)
  socket.lost(disconnectMessage(1001))

  await t.rejects(socket.send(TEXT), ClientDisconnected)
  await t.rejects(socket.send(ACCEPT), ClientDisconnected)
  await socket.send(CLOSE)
})

t.test('a handshake whose client has left cannot be accepted', async (t) => {
  const { wire, socket } = machine()
  wire.hasLeft = true

  await t.rejects(socket.send(ACCEPT), ClientDisconnected)

  t.equal(socket.phase, 'closed')
  await socket.inbox.receive()
  t.same(await socket.inbox.receive(), disconnectMessage(1006))
})

t.test('refuses with a status, or with a response', async (t) => {
  const bare = machine()
  await bare.socket.send(CLOSE)
  t.same(bare.wire.calls, [['deny', 403]])
  t.equal(bare.socket.phase, 'denied')

  const { socket, wire } = machine()
  await t.rejects(socket.send(BODY), /out of place/)
  await socket.send(START)
  t.equal(socket.phase, 'denied')
  for (const message of [START, ACCEPT, CLOSE, TEXT]) {
    await t.rejects(socket.send(message), /out of place, the handshake has been refused/)
  }
  await socket.send({ ...BODY, moreBody: true } as SendMessage)
  await socket.send(BODY)
  await t.rejects(socket.send(BODY), /out of place, the handshake has been refused/)
  t.same(wire.calls, [
    ['head', 418],
    ['part', 0],
    ['end', 0],
  ])
})

t.test('a client may leave in the middle of a refusal', async (t) => {
  const { socket } = machine()
  await socket.send(START)
  socket.lost(disconnectMessage(1006))

  await t.rejects(socket.send(BODY), ClientDisconnected)
})

t.test('a message that is rejected has no effect', async (t) => {
  const { wire, socket } = machine()
  const wrong: object[] = [
    { ...ACCEPT, subprotocol: 'none' },
    { ...CLOSE, code: 1005 },
    { ...START, status: 101 },
    { ...START, trailers: true },
    { type: 'http.response.body' },
  ]
  for (const message of wrong) await t.rejects(socket.send(message as SendMessage))
  t.equal(socket.phase, 'connecting')

  await socket.send(START)
  await t.rejects(socket.send({ ...BODY, body: 'text' } as never), /must be a Uint8Array/)
  t.equal(socket.phase, 'denied')
  t.same(wire.calls, [])
})

t.test('a body of the wrong length cancels the response, or cuts it', async (t) => {
  const { wire, socket } = machine()
  const start = { ...START, headers: ['content-length', '2'] } as SendMessage
  const body = (size: number, moreBody = false): SendMessage => ({
    type: 'websocket.http.response.body',
    body: new Uint8Array(size),
    moreBody,
  })
  await socket.send(start)
  await t.rejects(socket.send(body(3)), /content-length is 2, but the body has 3 bytes or more/)
  t.equal(socket.phase, 'connecting')
  await socket.send(start)
  await socket.send(body(1, true))
  await t.rejects(socket.send(body(0)), /content-length is 2, but the body has 1 bytes/)

  await t.rejects(socket.send(body(1)), ClientDisconnected)
  t.same(wire.calls, [['head', 418], ['part', 1], ['abort']])
})

/** Runs an app that sends these messages, then throws. */
async function run(messages: readonly SendMessage[], thrown?: unknown): Promise<Wire> {
  const { wire, socket } = machine()
  const app: App = async (_scope, _receive, send) => {
    for (const message of messages) await send(message)
    if (thrown !== undefined) throw thrown
  }
  socket.run(app, websocketScope())
  while (!wire.isOver) await new Promise((resolve) => setImmediate(resolve))
  return wire
}

t.test('an app that ends without a close closes its websocket', async (t) => {
  t.same((await run([ACCEPT])).calls.at(-1), ['close', 1000, ''])
  const failed = await run([ACCEPT], new Error('kaput'))
  t.same(failed.calls.at(-1), ['close', 1011, ''])
  t.match(failed.errors, [{ message: 'kaput' }])
  t.same((await run([ACCEPT], new ClientDisconnected())).errors, [])
})

t.test('an app that ends without an answer is a 500', async (t) => {
  const silent = await run([])
  t.same(silent.calls, [['deny', 500]])
  t.match(silent.errors, [{ message: /the app ended without an answer to the handshake/ }])
  const half = await run([START])
  const cut = await run([START, { ...BODY, moreBody: true } as SendMessage])
  t.same(cut.calls, [['head', 418], ['part', 0], ['abort']])
  t.same(half.calls.at(-1), ['deny', 500])
  t.match(half.errors, [{ message: /before its answer to the handshake was complete/ }])
})

t.test('the server may end a websocket in any phase', async (t) => {
  const undecided = machine()
  undecided.socket.abort(1012)
  t.same(undecided.wire.calls, [['deny', 503]])
  await t.rejects(undecided.socket.send(ACCEPT), ClientDisconnected)

  const open = machine()
  await open.socket.send(ACCEPT)
  open.socket.abort(1009, 'too large')
  open.socket.abort(1012)
  t.same(open.wire.calls.at(-1), ['close', 1009, 'too large'])
  t.equal(open.wire.calls.length, 2)
})

t.test('listeners are called once at the end, immediately if it is over', async (t) => {
  const { wire, socket } = machine()
  const heard: string[] = []
  socket.onDisconnect(() => heard.push('before'))
  socket.onDisconnect(() => {
    throw new Error('of a listener')
  })
  socket.lost(disconnectMessage(1001))
  socket.lost(disconnectMessage(1006))
  socket.onDisconnect(() => heard.push('after'))

  t.same(heard, ['before', 'after'])
  t.match(wire.errors, [{ message: 'of a listener' }])
})
