// What several do with one websocket at once, and what becomes of it when the peer goes.
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { ClientDisconnected, ProtocolError } from '../../lib/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import type { ReceiveMessage, SendMessage, WebSocketScope } from '../../lib/types.ts'
import { WebSocket, WebSocketDisconnect } from '../../lib/websockets.ts'
import { websocketScope } from '../support/scopes.ts'

const text = (value: string): ReceiveMessage => ({ type: 'websocket.receive', text: value })
const GONE: ReceiveMessage = { type: 'websocket.disconnect', code: 1001, reason: 'bye' }

/** A server that gives messages when the test says so. */
function server(scope: Partial<WebSocketScope> = {}) {
  const waiting: ((message: ReceiveMessage) => void)[] = []
  const ready: ReceiveMessage[] = [{ type: 'websocket.connect' }]
  const sent: SendMessage[] = []
  const it = {
    sent,
    asked: 0,
    refusing: undefined as unknown,
    give: async (message: ReceiveMessage): Promise<void> => {
      const first = waiting.shift()
      if (first === undefined) ready.push(message)
      else first(message)
      await turn()
    },
    websocket: new WebSocket(
      websocketScope(scope),
      () => {
        it.asked++
        const message = ready.shift()
        if (message !== undefined) return Promise.resolve(message)
        return new Promise((resolve) => waiting.push(resolve))
      },
      async (message) => {
        if (it.refusing !== undefined) throw it.refusing
        sent.push(message)
      },
    ),
  }
  return it
}

async function accepted(scope: Partial<WebSocketScope> = {}) {
  const it = server(scope)
  await it.websocket.accept()
  it.sent.length = 0
  return it
}

// WS-1
t.test('changes from phase to phase', async (t) => {
  const { websocket, give } = server()

  t.equal(websocket.phase, 'connecting')
  await websocket.accept()
  t.equal(websocket.phase, 'open')
  const waiting = t.rejects(websocket.receive(), WebSocketDisconnect)
  await give(GONE)
  await waiting
  t.equal(websocket.phase, 'closed')

  const refused = server()
  await refused.websocket.close()
  t.equal(refused.websocket.phase, 'denied')
})

t.test('a view can be created in the middle of a conversation', async (t) => {
  const sent: SendMessage[] = []
  const send = async (message: SendMessage): Promise<void> => {
    sent.push(message)
  }
  const websocket = new WebSocket(websocketScope(), async () => text('a'), send, 'open')

  t.equal(await websocket.receive(), 'a')
  await websocket.close(3000)

  t.match(sent, [{ type: 'websocket.close', code: 3000 }])
})

t.test('the handshake is answered once, also by simultaneous calls', async (t) => {
  const { websocket, sent } = server()

  const accepting = websocket.accept()
  const others = await Promise.allSettled([
    websocket.accept(),
    websocket.close(),
    websocket.sendText('a'),
  ])
  const refused = { status: 'rejected', reason: { message: /the handshake is being answered/ } }
  t.match(others, [refused, refused, refused])
  await accepting

  t.same(sent, [{ type: 'websocket.accept' }])
})

t.test('an answer that the server refuses can be followed by another', async (t) => {
  const it = server()
  it.refusing = new ProtocolError('no such subprotocol')

  await t.rejects(it.websocket.accept({ subprotocol: 'x' }), ProtocolError)
  it.refusing = undefined
  await it.websocket.denial(new PlainTextResponse('no', { status: 400 }))

  t.match(it.sent, [{ type: 'websocket.http.response.start', status: 400 }, {}])
})

// WS-21
t.test('each message goes to one pending receive, in order', async (t) => {
  const { websocket, give } = await accepted()

  const all = Promise.all([websocket.receive(), websocket.receiveText(), websocket.receive()])
  await give(text('a'))
  await give(text('b'))
  await give(text('c'))

  t.same(await all, ['a', 'b', 'c'])
})

t.test('all pending receives get the disconnect', async (t) => {
  const { websocket, give } = await accepted()
  const loop = websocket[Symbol.asyncIterator]()

  const waiting = Promise.allSettled([websocket.receive(), websocket.receiveText(), loop.next()])
  await give(GONE)

  const [one, two, three] = await waiting
  t.match(one, { status: 'rejected', reason: { name: 'WebSocketDisconnect', code: 1001 } })
  t.match(two, { status: 'rejected', reason: { name: 'WebSocketDisconnect', code: 1001 } })
  t.same(three, { status: 'fulfilled', value: { done: true, value: undefined } })
})

t.test('a loop that ends while waiting takes no message', async (t) => {
  const { websocket, give } = await accepted()
  const loop = websocket[Symbol.asyncIterator]()

  const waiting = loop.next()
  const another = websocket.receive()
  await loop.return?.()
  await give(text('a'))
  await give(text('b'))

  t.same(await waiting, { done: true, value: undefined })
  t.equal(await another, 'a')
  for await (const message of loop) {
    t.equal(message, 'b', 'and it can be entered again')
    break
  }
})

t.test('a receive that is aborted by a signal takes no message', async (t) => {
  const { websocket, give } = await accepted()
  const controller = new AbortController()

  const waiting = t.rejects(websocket.receiveText({ signal: controller.signal }), {
    message: 'too late',
  })
  const other = websocket.receiveText()
  controller.abort(new Error('too late'))
  await waiting
  await t.rejects(websocket.receive({ signal: controller.signal }), { message: 'too late' })
  await give(text('a'))

  t.equal(await other, 'a')
  const patient = websocket.receive({ signal: new AbortController().signal })
  await give(text('b'))
  t.equal(await patient, 'b')
})

t.test('the signal aborts on a disconnect, even without a receive', async (t) => {
  const { websocket, give } = await accepted()
  const { signal } = websocket
  t.equal(websocket.signal, signal)

  await give(text('a'))
  await give(text('b'))
  t.notOk(signal.aborted)
  await give(GONE)

  t.ok(signal.aborted)
  t.match(signal.reason, { name: 'WebSocketDisconnect', code: 1001, reason: 'bye' })
  t.ok(signal.reason instanceof ClientDisconnected)
  const seen: unknown[] = []
  for await (const message of websocket) seen.push(message)
  t.same(seen, ['a', 'b'], 'and what was read ahead is kept')
})

t.test('the signal works from before the handshake, and after the end', async (t) => {
  const it = server()
  const { signal } = it.websocket
  await turn()
  await it.websocket.accept()
  await it.give(GONE)
  t.ok(signal.aborted)

  const late = await accepted()
  const waiting = t.rejects(late.websocket.receive(), WebSocketDisconnect)
  await late.give(GONE)
  await waiting
  t.ok(late.websocket.signal.aborted)
})

t.test('reads ahead up to a limit, and continues when there is room', async (t) => {
  const it = await accepted()
  void it.websocket.signal

  for (let index = 0; index < 20; index++) await it.give(text(`${index}`))
  t.equal(it.asked, 1 + 16, 'the handshake, and 16 messages')
  t.equal(await it.websocket.receive(), '0')
  await turn()
  t.equal(it.asked, 1 + 17)

  const big = await accepted()
  void big.websocket.signal
  await big.give({ type: 'websocket.receive', bytes: new Uint8Array(1_048_576) })
  t.equal(big.asked, 2, 'or a mebibyte')
})

t.test('the signal uses the server’s report if there is one, and reads nothing', async (t) => {
  const listeners: (() => void)[] = []
  const it = await accepted({ onDisconnect: (listener) => listeners.push(listener) })
  const { signal } = it.websocket

  t.equal(it.asked, 1)
  for (const listener of listeners) listener()

  t.ok(signal.aborted)
  await t.rejects(it.websocket.sendText('a'), { name: 'WebSocketDisconnect', code: 1006 })
  await it.give(text('still there'))
  await it.give(GONE)
  t.equal(await it.websocket.receive(), 'still there')
  await t.rejects(it.websocket.receive(), { code: 1001 })
})

t.test('the signal aborts when a message cannot be sent', async (t) => {
  const it = await accepted()
  const { signal } = it.websocket
  it.refusing = new ClientDisconnected()

  await t.rejects(it.websocket.sendText('a'), { name: 'WebSocketDisconnect', code: 1006 })

  t.ok(signal.aborted)
  t.equal(it.websocket.phase, 'closed')
})

t.test('a send without await does no harm', async (t) => {
  const it = await accepted()
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))

  it.refusing = new ClientDisconnected()
  it.websocket.sendText('to one who has gone')
  await turn()
  it.websocket.sendJSON('known to have gone')
  it.websocket.close()
  const closed = await accepted()
  await closed.websocket.close()
  closed.websocket.sendText('too late')
  closed.websocket.close()
  await turn()

  t.same(unhandled, [])
})

t.test('an error of receive reaches pending receives, or the next one', async (t) => {
  const failures = [new Error('one'), new Error('two')]
  const messages: ReceiveMessage[] = [{ type: 'websocket.connect' }]
  const websocket = new WebSocket(
    websocketScope(),
    async () => {
      const message = messages.shift()
      if (message !== undefined) return message
      throw failures.shift() ?? new Error('asked too often')
    },
    async () => {},
  )
  await websocket.accept()

  await t.rejects(websocket.receive(), { message: 'one' })
  void websocket.signal
  await turn()
  await t.rejects(websocket.receive(), { message: 'two' })
})

t.test('a loop throws for messages out of order', async (t) => {
  const { websocket, give } = await accepted()

  const message = /^websocket: websocket\.receive was expected/
  const waiting = t.rejects(websocket[Symbol.asyncIterator]().next(), { message })
  await give({ type: 'websocket.connect' })

  await waiting
})
