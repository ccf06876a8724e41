import t from 'tap'
import type { SocketService } from '../../../lib/servers/fetch/handshake.ts'
import { Session } from '../../../lib/servers/fetch/session.ts'
import type { Acceptance, RuntimeSocket, SocketEvents } from '../../../lib/servers/fetch/sockets.ts'
import type { App, Receive, Send, SendMessage, WebSocketScope } from '../../../lib/types.ts'
import { websocketScope } from '../../support/scopes.ts'
import { eventually } from '../../support/sockets.ts'

type Talk = (receive: Receive, send: Send) => Promise<void>

/** A runtime whose client is the test. */
class Runtime implements RuntimeSocket {
  readonly sent: unknown[] = []
  readonly closed: unknown[] = []
  readonly errors: unknown[] = []
  full = 0
  open = 0
  cut = (): void => {}
  acceptance: Acceptance | undefined
  events: SocketEvents | undefined
  readonly answer: Promise<globalThis.Response>

  constructor(talk: Talk, opens = true, scope: WebSocketScope = websocketScope()) {
    const app: App = async (_scope, receive, send) => talk(receive, send)
    const service: SocketService = {
      app,
      maxMessageSize: 100,
      begin: (one) => {
        this.open++
        this.cut = () => one.cut()
      },
      end: () => void this.open--,
      onError: (error) => void this.errors.push(error),
      upgrade: (_request, acceptance, events) => {
        this.acceptance = acceptance
        this.events = events
        if (opens) events.open(this)
        return new globalThis.Response('upgraded')
      },
    }
    this.answer = new Session(service, scope, new globalThis.Request('http://h/'), undefined).run()
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data)
  }

  close(code: number, reason: string): void {
    this.closed.push([code, reason])
    this.events?.close(code, reason)
  }

  buffered(): number {
    return this.full
  }
}

async function accept(receive: Receive, send: Send): Promise<void> {
  await receive()
  await send({ type: 'websocket.accept' })
}

t.test('messages go both ways until the app closes', async (t) => {
  const runtime = new Runtime(async (receive, send) => {
    t.same(await receive(), { type: 'websocket.connect' })
    await send({ type: 'websocket.accept', headers: ['x-a', '1'] })
    t.same(await receive(), { type: 'websocket.receive', text: 'hello' })
    t.same(await receive(), { type: 'websocket.receive', bytes: new Uint8Array([1]) })
    await send({ type: 'websocket.send', text: 'text' })
    await send({ type: 'websocket.send', bytes: new Uint8Array([2]) })
    await send({ type: 'websocket.close', code: 4000, reason: 'done' })
    t.same(await receive(), { type: 'websocket.disconnect', code: 4000, reason: 'done' })
  })

  t.equal(await (await runtime.answer).text(), 'upgraded')
  t.same(runtime.acceptance, { subprotocol: undefined, headers: ['x-a', '1'] })
  runtime.events?.message('hello')
  runtime.events?.message(new Uint8Array([1]))
  await eventually(() => runtime.open === 0, 'the app has ended')
  t.same(runtime.sent, ['text', new Uint8Array([2])])
  t.same(runtime.closed, [[4000, 'done']])
  t.same(runtime.errors, [])
})

t.test('messages before the socket opened are sent then', async (t) => {
  const runtime = new Runtime(async (receive, send) => {
    await accept(receive, send)
    await send({ type: 'websocket.send', text: 'early' })
  }, false)
  await runtime.answer
  await eventually(() => runtime.open === 0, 'the app has ended')
  t.same(runtime.sent, [])

  runtime.events?.open(runtime)

  t.same(runtime.sent, ['early'])
  t.same(runtime.closed, [[1000, '']])
})

t.test('the app gets a client disconnect, and later sends fail', async (t) => {
  const seen: unknown[] = []
  const runtime = new Runtime(async (receive, send) => {
    await accept(receive, send)
    seen.push(await receive(), await receive())
    await send({ type: 'websocket.close' })
    await send({ type: 'websocket.send', text: 'x' })
  })
  await runtime.answer
  runtime.events?.close(1001, 'away')

  await eventually(() => runtime.open === 0, 'the app has ended')
  const gone = { type: 'websocket.disconnect', code: 1001, reason: 'away' }
  t.same(seen, [gone, gone])
  t.same(runtime.errors, [], "a client that has gone is nobody's mistake")
})

t.test('sending waits while the client does not read', async (t) => {
  let sent = 0
  const runtime = new Runtime(async (receive, send) => {
    await accept(receive, send)
    for (; sent < 3; sent++) await send({ type: 'websocket.send', text: 'x' })
  })
  runtime.full = 100_000
  await runtime.answer
  await new Promise((resolve) => setTimeout(resolve, 25))
  t.equal(runtime.sent.length, 1)

  runtime.events?.drain()
  await eventually(() => runtime.sent.length === 2, 'told by the runtime')
  runtime.full = 0
  await eventually(() => runtime.sent.length === 3, 'asked of the runtime')
  await eventually(() => sent === 3, 'the end')
})

t.test('the app can refuse, with 403 or its own response', async (t) => {
  const bare = new Runtime(async (receive, send) => {
    await receive()
    await send({ type: 'websocket.close' })
    t.match(await receive(), { type: 'websocket.disconnect', code: 1006 })
    await t.rejects(send({ type: 'websocket.accept' }), /the handshake has been refused/)
  })
  t.equal((await bare.answer).status, 403)

  const own = new Runtime(async (_receive, send) => {
    await send({ type: 'websocket.http.response.start', status: 401, headers: ['x-a', '1'] })
    const body = Buffer.from('who are you?')
    await send({ type: 'websocket.http.response.body', body })
    await t.rejects(send({ type: 'websocket.http.response.body', body }), /out of place/)
    const start: SendMessage = { type: 'websocket.http.response.start', status: 401, headers: [] }
    await t.rejects(send(start), /out of place/)
  })
  const answer = await own.answer
  t.same([answer.status, answer.headers.get('x-a')], [401, '1'])
  t.equal(await answer.text(), 'who are you?')
  await eventually(() => bare.open === 0 && own.open === 0, 'both have ended')
  t.same([...bare.errors, ...own.errors], [])
})

t.test('an app that fails, or ends, is a 500 before, and 1011 or 1000 after', async (t) => {
  const silent = new Runtime(async () => {})
  t.equal((await silent.answer).status, 500)
  t.match(silent.errors, [{ message: /without an answer to the handshake/ }])

  const broken = new Runtime(() => Promise.reject())
  t.equal((await broken.answer).status, 500)
  t.match(broken.errors, [{ message: 'rejected with nothing' }])

  const half = new Runtime(async (_receive, send) => {
    await send({ type: 'websocket.http.response.start', status: 401, headers: [] })
    await send({ type: 'websocket.http.response.body', body: Buffer.from('x'), moreBody: true })
  })
  await t.rejects((await half.answer).text())

  const late = new Runtime(async (receive, send) => {
    await accept(receive, send)
    throw new Error('late')
  })
  await late.answer
  await eventually(() => late.closed.length === 1, 'it is closed')
  t.same(late.closed, [[1011, '']])
  t.match(late.errors, [{ message: 'late' }])
})

t.test('invalid messages, or those out of order, are refused', async (t) => {
  const scope = websocketScope({ subprotocols: ['chat'] })
  const runtime = new Runtime(
    async (receive, send) => {
      await t.rejects(
        send({ type: 'websocket.send', text: 'x' }),
        /the handshake has not been accepted/,
      )
      await t.rejects(send({ type: 'websocket.accept', subprotocol: 'other' }), /was not offered/)
      await t.rejects(
        send({ type: 'websocket.accept', headers: ['a b', 'c'] }),
        /a name must consist of/,
      )
      await t.rejects(send({ type: 'http.response.body' }), /not a message of a websocket/)
      await t.rejects(send({ type: 'websocket.close', code: 1005 }), /code 1005 may not be sent/)
      await receive()
      await send({ type: 'websocket.accept', subprotocol: 'chat' })
      await t.rejects(send({ type: 'websocket.accept' }), /the handshake has been accepted/)
      await t.rejects(
        send({ type: 'websocket.send' }),
        /exactly one of "text", a string, and "bytes"/,
      )
      const both = { type: 'websocket.send', text: '', bytes: new Uint8Array() } as const
      await t.rejects(send(both), /exactly one of "text", a string, and "bytes"/)
    },
    true,
    scope,
  )
  await runtime.answer
  t.equal(runtime.acceptance?.subprotocol, 'chat')
  await eventually(() => runtime.open === 0, 'the app has ended')
})

t.test('messages that are too large, or too many, close the socket', async (t) => {
  const large = new Runtime(async (receive, send) => {
    await accept(receive, send)
    t.match(await receive(), { type: 'websocket.disconnect', code: 1009 })
  })
  await large.answer
  large.events?.message('x'.repeat(101))
  t.same(large.closed, [[1009, 'messages may have 100 bytes']])

  const text = new Runtime(async (receive, send) => {
    await accept(receive, send)
    t.match(await receive(), { text: 'ü'.repeat(50) })
    t.match(await receive(), { type: 'websocket.disconnect', code: 1009 })
  })
  await text.answer
  text.events?.message('ü'.repeat(50))
  text.events?.message('ü'.repeat(51))
  await eventually(() => text.open === 0, 'the app has ended')
  t.same(
    text.closed,
    [[1009, 'messages may have 100 bytes']],
    'its bytes count, not its characters',
  )

  const many = new Runtime(async (receive, send) => {
    await accept(receive, send)
    await new Promise((resolve) => setTimeout(resolve, 50))
  })
  await many.answer
  for (let count = 0; many.closed.length === 0 && count < 100_000; count++) {
    many.events?.message('x'.repeat(100))
  }
  t.same(many.closed, [[1008, 'too many messages are waiting']])
  many.events?.message('after the end')
})

t.test('is closed with 1012 when its server closes, or refused with 503', async (t) => {
  const seen: unknown[] = []
  const open = new Runtime(async (receive, send) => {
    await accept(receive, send)
    seen.push(await receive())
  })
  await open.answer
  open.cut()
  t.same(open.closed, [[1012, '']])

  const undecided = new Runtime(async (receive) => {
    await receive()
    seen.push(await receive())
  })
  undecided.cut()
  t.equal((await undecided.answer).status, 503)
  await eventually(() => open.open + undecided.open === 0, 'both apps have ended')
  t.match(seen, [{ type: 'websocket.disconnect' }, { type: 'websocket.disconnect' }])
})

t.test('listeners are called before the remaining messages are received', async (t) => {
  const heard: string[] = []
  const scope = websocketScope()
  const runtime = new Runtime(
    async (receive, send) => {
      await accept(receive, send)
      scope.onDisconnect?.(() => heard.push('listener'))
      scope.onDisconnect?.(() => {
        throw new Error('of a listener')
      })
      heard.push((await receive()).type, (await receive()).type)
      scope.onDisconnect?.(() => heard.push('at once'))
    },
    true,
    scope,
  )
  await runtime.answer
  runtime.events?.message('last words')
  runtime.events?.close(1001, '')

  await eventually(() => runtime.open === 0, 'the app has ended')
  t.same(heard, ['listener', 'websocket.receive', 'websocket.disconnect', 'at once'])
  t.match(runtime.errors, [{ message: 'of a listener' }])
})
