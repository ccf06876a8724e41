import t, { type Test } from 'tap'
import type { ReceiveMessage, Send, SendMessage } from '../../../../lib/types.ts'
import { handshake } from '../../../support/frames.ts'
import { bodyOf, dechunked, eventually, listening } from '../../../support/sockets.ts'
import { connected, denied, echo, websocketApp } from '../../../support/websockets.ts'

const ACCEPT: SendMessage = { type: 'websocket.accept' }
const CLOSE: SendMessage = { type: 'websocket.close' }
const START: SendMessage = { type: 'websocket.http.response.start', status: 418, headers: [] }
const BODY: SendMessage = { type: 'websocket.http.response.body', body: Buffer.from('tea') }

function text(content: string): SendMessage {
  return { type: 'websocket.send', text: content }
}

/** What is thrown at each message, in order; nothing where it was taken. */
async function outcomes(send: Send, messages: readonly SendMessage[]): Promise<string[]> {
  const seen: string[] = []
  for (const message of messages) {
    seen.push(await send(message).then(() => '', String))
  }
  return seen
}

/** The errors that a handshake met with, and what came of it. */
async function attempt(
  t: Test,
  messages: readonly SendMessage[],
): Promise<{ seen: string[]; received: string }> {
  let seen: string[] = []
  const { connect } = await listening(
    t,
    websocketApp(async (_scope, _receive, send) => {
      seen = await outcomes(send, messages)
    }),
  )
  const client = (await connect()).send(handshake())
  await eventually(() => seen.length > 0 && client.received !== '', 'the outcome')
  return { seen, received: client.received }
}

t.test('text and bytes are passed in both directions without conversion', async (t) => {
  const peer = await connected(t, await listening(t, echo()))

  peer.ws.send('caf\u00e9')
  peer.ws.send(Buffer.of(1, 2))
  peer.ws.send('')

  await eventually(() => peer.messages.length === 3, 'three messages')
  t.same(peer.messages, ['caf\u00e9', Buffer.of(1, 2), ''])
})

t.test('the handshake waits for the app', async (t) => {
  let accept: (() => void) | undefined
  const { connect } = await listening(
    t,
    websocketApp(async (_scope, receive, send) => {
      await new Promise<void>((resolve) => {
        accept = resolve
      })
      await send(ACCEPT)
      await receive()
    }),
  )
  const client = (await connect()).send(handshake())
  await eventually(() => accept !== undefined, 'the app')
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(client.received, '')

  accept?.()

  t.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 101 Switching Protocols\r\n/)
})

t.test('an accept may have a subprotocol and fields, also in latin-1', async (t) => {
  const headers = ['x-a', 'caf\u00e9', 'set-cookie', 'a=1', 'set-cookie', 'b=2']
  const { connect } = await listening(
    t,
    websocketApp((_scope, _receive, send) =>
      send({ ...ACCEPT, subprotocol: 'b', headers } as SendMessage),
    ),
  )

  const fields = ['sec-websocket-protocol: a, b', 'sec-websocket-protocol: c']
  const received = await (await connect()).send(handshake('/', fields)).until('\r\n\r\n')

  t.match(received, /\r\nSec-WebSocket-Protocol: b\r\n/)
  t.match(received, /\r\nx-a: caf\xe9\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\n/)
})

t.test('after an invalid accept another one is possible', async (t) => {
  const { seen, received } = await attempt(t, [
    { type: 'websocket.accept', subprotocol: 'none' },
    { type: 'websocket.accept', headers: ['x-a', 'b\r\nx-c: d'] },
    { type: 'websocket.accept', headers: ['sec-websocket-accept', 'x'] },
    { type: 'websocket.accept', headers: ['upgrade', 'h2c', 'content-length', '3', 'x-b', 'c'] },
  ])

  t.match(seen, [
    /"none" was not offered/,
    /the value of "x-a" must be latin-1/,
    /"sec-websocket-accept" is set by the server/,
    /^$/,
  ])
  t.match(received, /^HTTP\/1\.1 101 /)
  t.notMatch(received, /h2c|content-length|x-c/)
})

t.test('a close before the accept is a 403', async (t) => {
  const served = await listening(
    t,
    websocketApp((_scope, _receive, send) => send(CLOSE)),
  )

  const { status, body, headers } = await denied(served)

  t.match(
    { status, body, headers },
    { status: 403, body: 'Forbidden', headers: { connection: 'close' } },
  )
})

t.test('a denial may have any status, fields, and bodies', async (t) => {
  const told: ReceiveMessage[] = []
  const { connect } = await listening(
    t,
    websocketApp(async ({ extensions }, receive, send) => {
      t.same(extensions, { 'websocket.http.response': {} })
      await send({ ...START, headers: ['x-a', 'b', 'set-cookie', 'c=d'] } as SendMessage)
      await send({ ...BODY, moreBody: true } as SendMessage)
      await send(BODY)
      told.push(await receive())
    }),
  )

  const received = await (await connect()).send(handshake()).end()

  t.match(
    received,
    /^HTTP\/1\.1 418 I'm a Teapot\r\nx-a: b\r\nset-cookie: c=d\r\nconnection: close\r\n/,
  )
  t.equal(dechunked(bodyOf(received)), 'teatea')
  t.same(told, [{ type: 'websocket.disconnect', code: 1006, reason: '' }])
})

t.test('messages out of order are refused, and change nothing', async (t) => {
  const order = /out of place, /
  const cases: [SendMessage[], RegExp[], RegExp][] = [
    [[text('early'), ACCEPT, ACCEPT, START, BODY], [order, /^$/, order, order, order], /101/],
    [[ACCEPT, CLOSE, CLOSE, text('late')], [/^$/, /^$/, order, order], /101/],
    [[CLOSE, ACCEPT, CLOSE, START], [/^$/, order, order, order], /403/],
    [[BODY, START, START, ACCEPT, CLOSE, BODY], [order, /^$/, order, order, order, /^$/], /418/],
    [[START, BODY, ACCEPT, text('late')], [/^$/, /^$/, order, order], /418/],
    [
      [
        { ...START, status: 101 } as SendMessage,
        { ...START, headers: ['a', '\n'] } as SendMessage,
        CLOSE,
      ],
      [/the status must be/, /the value of "a"/, /^$/],
      /403/,
    ],
    [
      [{ type: 'http.response.body' }, { ...CLOSE, code: 1005 } as SendMessage, CLOSE],
      [/not a message of a websocket/, /code 1005 may not be sent/, /^$/],
      /403/,
    ],
  ]
  for (const [messages, wanted, status] of cases) {
    const { seen, received } = await attempt(t, messages)

    t.match(seen, wanted)
    t.match(received.slice(0, 12), status)
  }
})

t.test('an app that fails, or gives no answer, is a 500 (WS-16, WS-17)', async (t) => {
  for (const [messages, error, wanted] of [
    [[], undefined, /without an answer to the handshake/],
    [[], new Error('kaput'), /kaput/],
    [[START], undefined, /before its answer to the handshake was complete/],
  ] as const) {
    const served = await listening(
      t,
      websocketApp(async (_scope, _receive, send) => {
        await outcomes(send, messages)
        if (error) throw error
      }),
    )

    const { status, body } = await denied(served)

    t.same([status, body], [500, 'Internal Server Error'])
    t.match(served.errors, [{ message: wanted }])
  }
})

t.test('a denial that stops in the middle is aborted', async (t) => {
  const { connect, errors } = await listening(
    t,
    websocketApp((_scope, _receive, send) =>
      outcomes(send, [START, { ...BODY, moreBody: true } as SendMessage]),
    ),
  )

  const received = await (await connect()).send(handshake()).end()

  t.match(received, /\r\n\r\n3\r\ntea\r\n$/, 'no last chunk')
  t.match(errors, [{ message: /before its answer to the handshake was complete/ }])
})

t.test('an app that throws synchronously, or throws a non-error, has failed', async (t) => {
  for (const [fail, told] of [
    [
      () => {
        throw new Error('at once')
      },
      { message: 'at once' },
    ],
    [() => Promise.reject(undefined), { message: 'rejected with nothing' }],
  ] as const) {
    const served = await listening(t, fail, { lifespan: 'off' })

    t.equal((await denied(served)).status, 500)
    t.match(served.errors, [told])
  }
})

t.test('after the accept an error closes with 1011, and a return with 1000', async (t) => {
  const served = await listening(
    t,
    websocketApp(async ({ path }, _receive, send) => {
      await outcomes(send, [ACCEPT, text('before')])
      if (path === '/error') throw new Error('kaput')
      if (path === '/close')
        await send({ ...CLOSE, code: 3001, reason: 'x'.repeat(200) } as SendMessage)
    }),
  )
  for (const [path, closed] of [
    ['/error', [1011, '']],
    ['/return', [1000, '']],
    ['/close', [3001, 'x'.repeat(123)]],
  ] as const) {
    const peer = await connected(t, served, path)
    await eventually(() => peer.closed !== undefined, 'the close')

    t.same(peer.closed, closed)
    t.same(peer.messages, ['before'])
  }
  t.match(served.errors, [{ message: 'kaput' }])
})
