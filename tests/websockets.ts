import t from 'tap'
import { ClientDisconnected } from '../lib/exceptions.ts'
import { PlainTextResponse } from '../lib/responses.ts'
import type { ReceiveMessage, SendMessage, WebSocketScope } from '../lib/types.ts'
import { WebSocket, WebSocketDisconnect } from '../lib/websockets.ts'
import { receiving, websocketScope } from './support/scopes.ts'

const CONNECT: ReceiveMessage = { type: 'websocket.connect' }
const text = (value: string): ReceiveMessage => ({ type: 'websocket.receive', text: value })
const bytes = (...values: number[]): ReceiveMessage => ({
  type: 'websocket.receive',
  bytes: new Uint8Array(values),
})
const gone = (code = 1001, reason = 'bye'): ReceiveMessage => ({
  type: 'websocket.disconnect',
  code,
  reason,
})

interface Talk {
  readonly websocket: WebSocket
  readonly sent: SendMessage[]
}

/** A websocket that gets these messages, and what it sends. */
function talk(messages: readonly ReceiveMessage[] = [], scope: Partial<WebSocketScope> = {}): Talk {
  const sent: SendMessage[] = []
  const websocket = new WebSocket(
    websocketScope(scope),
    receiving([CONNECT, ...messages]),
    async (message) => {
      sent.push(message)
    },
  )
  return { websocket, sent }
}

async function accepted(messages: readonly ReceiveMessage[] = []): Promise<Talk> {
  const { websocket, sent } = talk(messages)
  await websocket.accept()
  sent.length = 0
  return { websocket, sent }
}

/** A websocket whose client is gone when something is sent. */
const failing = (error: Error): WebSocket =>
  new WebSocket(websocketScope(), receiving([CONNECT]), async () => {
    throw error
  })

// WS-2, WS-13
t.test('accepts with one of the offered subprotocols and further headers', async (t) => {
  const { websocket, sent } = talk([], { subprotocols: ['a', 'b'] })

  await websocket.accept({ subprotocol: 'b', headers: ['x-a', '1'] })

  t.same(websocket.subprotocols, ['a', 'b'])
  t.same(sent, [{ type: 'websocket.accept', subprotocol: 'b', headers: ['x-a', '1'] }])
})

t.test('accepts once', async (t) => {
  const { websocket } = await accepted()

  await t.rejects(websocket.accept(), {
    message:
      'websocket.accept: not possible at this point, it was accepted. Check the order of the calls.',
  })
})

// WS-3
t.test('throws for sending and receiving before accept', async (t) => {
  const { websocket } = talk()
  const message = /^websocket\.\w+: not possible at this point, accept\(\) comes first\./

  await t.rejects(websocket.receive(), { message })
  await t.rejects(websocket.receiveText(), { message })
  await t.rejects(websocket.receiveJSON(), { message })
  await t.rejects(websocket[Symbol.asyncIterator]().next(), { message })
  await t.rejects(websocket.sendText('a'), { message })
  await t.rejects(websocket.sendBytes(new Uint8Array()), { message })
  await t.rejects(websocket.sendJSON({}), { message })
})

// WS-5
t.test('sends text and bytes', async (t) => {
  const { websocket, sent } = await accepted()

  await websocket.sendText('héllo')
  await websocket.sendBytes(new Uint8Array([1, 2]))

  t.same(sent, [
    { type: 'websocket.send', text: 'héllo' },
    { type: 'websocket.send', bytes: new Uint8Array([1, 2]) },
  ])
})

// WS-4: compact, characters as they are, in either kind of message.
t.test('sends and receives JSON', async (t) => {
  const { websocket, sent } = await accepted([
    text('{"a":[1]}'),
    { type: 'websocket.receive', bytes: new TextEncoder().encode('"é"') },
    text('{'),
  ])

  await websocket.sendJSON({ a: 'é', b: [1] })
  await websocket.sendJSON({ a: 1 }, 'binary')

  t.same(sent, [
    { type: 'websocket.send', text: '{"a":"é","b":[1]}' },
    { type: 'websocket.send', bytes: new TextEncoder().encode('{"a":1}') },
  ])
  t.same(await websocket.receiveJSON(), { a: [1] })
  t.equal(await websocket.receiveJSON(), 'é')
  await t.rejects(websocket.receiveJSON(), { name: 'WebSocketException', code: 1007 })
  await t.rejects(websocket.sendJSON(undefined), TypeError)
})

t.test('receives text and bytes, and also an empty text', async (t) => {
  const { websocket } = await accepted([text('a'), bytes(1), text(''), text('b'), bytes(2)])

  t.equal(await websocket.receive(), 'a')
  t.same(await websocket.receive(), new Uint8Array([1]))
  t.equal(await websocket.receive(), '')
  t.equal(await websocket.receiveText(), 'b')
  t.same(await websocket.receiveBytes(), new Uint8Array([2]))
})

// WS-15: the client's mistake, which closes with 1003 unless the handler has another idea.
t.test('refuses a message of the other kind', async (t) => {
  const { websocket } = await accepted([bytes(1), text('a')])

  await t.rejects(websocket.receiveText(), {
    name: 'WebSocketException',
    code: 1003,
    reason: 'Messages must be text.',
  })
  await t.rejects(websocket.receiveBytes(), { code: 1003, reason: 'Messages must be binary.' })
})

// WS-6, WS-7
t.test('throws once that the peer has closed', async (t) => {
  const { websocket } = await accepted([gone(1001, 'bye')])

  await t.rejects(websocket.receive(), {
    name: 'WebSocketDisconnect',
    code: 1001,
    reason: 'bye',
    message: 'the websocket is closed: 1001 bye',
  })
  await t.rejects(websocket.receive(), {
    message: /^websocket\.receive: .*the peer has closed, and the disconnect was received once\./,
  })
  await t.rejects(websocket.sendText('a'), { name: 'WebSocketDisconnect', code: 1001 })
  await websocket.close() // nothing to do any more, so it may stand in a finally
})

t.test('a disconnect has a code and a reason even if none are given', async (t) => {
  const { code, reason, message } = new WebSocketDisconnect()

  t.same([code, reason, message], [1000, '', 'the websocket is closed: 1000'])
})

// WS-5
t.test('iterates over the messages until the peer closes', async (t) => {
  const { websocket } = await accepted([text('a'), bytes(1), gone()])
  const seen: unknown[] = []

  for await (const message of websocket) seen.push(message)

  t.same(seen, ['a', new Uint8Array([1])])
})

t.test('continues after close() with messages that the peer had sent before', async (t) => {
  const { websocket, sent } = await accepted([text('bye'), text('late'), gone(1000, '')])
  const seen: unknown[] = []

  for await (const message of websocket) {
    seen.push(message)
    if (message === 'bye') await websocket.close()
  }

  t.same(seen, ['bye', 'late'])
  t.same(sent, [{ type: 'websocket.close', code: 1000, reason: '' }])
})

t.test('a loop can be entered again, and ends immediately after a disconnect', async (t) => {
  const { websocket } = await accepted([text('a'), text('b'), gone()])
  const seen: unknown[] = []

  for await (const message of websocket) {
    seen.push(message)
    break
  }
  for await (const message of websocket) seen.push(message)
  for await (const message of websocket) seen.push(message)

  t.same(seen, ['a', 'b'])
})

// WS-7, WS-9
t.test('closes with a code and a reason, once', async (t) => {
  const { websocket, sent } = await accepted()

  await websocket.close(3000, 'done')

  t.same(sent, [{ type: 'websocket.close', code: 3000, reason: 'done' }])
  await t.rejects(websocket.close(), { message: /^websocket\.close: .*it is closed\./ })
  await t.rejects(websocket.sendText('a'), { message: /^websocket\.sendText: .*it is closed\./ })
  await t.rejects(websocket.accept(), { message: /it is closed/ })
})

t.test('closes only with codes that can be sent', async (t) => {
  const { websocket, sent } = await accepted()

  for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5]) {
    await t.rejects(websocket.close(code), {
      name: 'RangeError',
      message: `websocket.close: the code must not be sent, ${code} was given. Use 1000 to 1014, except 1004, 1005 and 1006, or 3000 to 4999.`,
    })
  }
  t.same(sent, [])
})

// WS-9
t.test('closing before accepting refuses the handshake', async (t) => {
  const { websocket, sent } = talk()

  await websocket.close()

  t.same(sent, [{ type: 'websocket.close', code: 1000, reason: '' }])
})

// WS-10
t.test('denies the handshake with a response', async (t) => {
  const { websocket, sent } = talk()

  await websocket.denial(new PlainTextResponse('no', { status: 401 }))

  t.match(sent[0], { type: 'websocket.http.response.start', status: 401 })
  t.match(sent[1], { type: 'websocket.http.response.body', body: new TextEncoder().encode('no') })
  const message = /^websocket\.\w+: .*, the handshake was refused\./
  await t.rejects(websocket.denial(new PlainTextResponse('')), { message })
  await t.rejects(websocket.close(), { message })
  await t.rejects(websocket.accept(), { message })
  await t.rejects(websocket.sendText('a'), { message })
  t.equal(websocket.phase, 'denied')
})

t.test('throws if the server does not support denials', async (t) => {
  const { websocket } = talk([], { extensions: {} })

  await t.rejects(websocket.denial(new PlainTextResponse('no')), {
    message:
      'websocket.denial: the server cannot send denial responses. Call websocket.close() instead, which answers 403.',
  })
})

// WS-8
t.test('a send to a client that has disconnected throws a disconnect', async (t) => {
  const cause = new ClientDisconnected()
  const websocket = failing(cause)

  await t.rejects(websocket.accept(), { name: 'WebSocketDisconnect', code: 1006, cause })
})

t.test('rethrows other errors of send', async (t) => {
  const bug = new Error('bug')

  await t.rejects(failing(bug).accept(), bug)
})

// WS-14
t.test('throws for messages out of order', async (t) => {
  const early = new WebSocket(websocketScope(), receiving([text('a')]), async () => {})
  const { websocket: late } = await accepted([CONNECT])

  await t.rejects(early.accept(), {
    message:
      'websocket: websocket.connect was expected, "websocket.receive" was received. Check the server, or the middleware that wraps receive.',
  })
  await t.rejects(late.receive(), { message: /^websocket: websocket\.receive was expected/ })
})

// WS-12
t.test('has the properties of a request', async (t) => {
  const { websocket } = talk([], {
    path: '/chat',
    queryString: 'a=1',
    headers: ['host', 'example.org', 'cookie', 'b=2'],
    pathParams: { room: 'x' },
  })

  t.equal(websocket.url.href, 'ws://example.org/chat?a=1')
  t.equal(websocket.queryParams.get('a'), '1')
  t.equal(websocket.cookies['b'], '2')
  t.same(websocket.pathParams, { room: 'x' })
})
