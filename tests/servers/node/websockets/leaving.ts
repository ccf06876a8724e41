// Clients that leave, or send before they were asked: what session.ts does then.
import t, { type Test } from 'tap'
import { ClientDisconnected } from '../../../../lib/exceptions.ts'
import type { Receive, Send, SendMessage } from '../../../../lib/types.ts'
import { HANDSHAKE, handshake, open, readFrames } from '../../../support/frames.ts'
import { bodyOf, eventually, listening, request } from '../../../support/sockets.ts'
import { connected, denied, echo, websocketApp } from '../../../support/websockets.ts'

const ACCEPT: SendMessage = { type: 'websocket.accept' }
const CLOSE: SendMessage = { type: 'websocket.close' }
const START: SendMessage = { type: 'websocket.http.response.start', status: 418, headers: [] }

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

/** How it ends for an app whose client has gone, and which then sends. */
async function afterwards(t: Test, leave: (peer: Awaited<ReturnType<typeof connected>>) => void) {
  const seen: unknown[] = []
  const served = await listening(
    t,
    websocketApp(async ({ onDisconnect }, receive, send) => {
      onDisconnect?.(() => seen.push('told'))
      await send(ACCEPT)
      seen.push(await receive(), await receive())
      seen.push(...(await outcomes(send, [text('late'), CLOSE, ACCEPT])))
      onDisconnect?.(() => seen.push('told at once'))
      throw new ClientDisconnected()
    }),
  )
  leave(await connected(t, served))
  await eventually(() => seen.length === 7, 'the end')
  t.same(served.errors, [], 'that a client has gone is no error')
  return seen
}

t.test('sending to a client that has disconnected throws, and closing does not', async (t) => {
  for (const [leave, code, reason] of [
    [(peer) => peer.ws.close(4000, 'bye'), 4000, 'bye'],
    [(peer) => peer.ws.terminate(), 1006, ''],
  ] as const satisfies [(peer: Awaited<ReturnType<typeof connected>>) => void, number, string][]) {
    const gone = { type: 'websocket.disconnect', code, reason }
    const error = 'ClientDisconnected: the client has disconnected'

    t.same(await afterwards(t, leave), ['told', gone, gone, error, '', error, 'told at once'])
  }
})

t.test('an error of a listener does not affect others', async (t) => {
  const served = await listening(
    t,
    websocketApp(async ({ onDisconnect }, receive, send) => {
      onDisconnect?.(() => {
        throw new Error('in a listener')
      })
      await send(ACCEPT)
      await receive()
    }),
  )
  const peer = await connected(t, served)
  peer.ws.terminate()

  await eventually(() => served.errors.length === 1, 'the error')
  t.match(served.errors, [{ message: 'in a listener' }])
})

/** What an app sees whose client leaves before it has an answer. */
async function early(t: Test, leave: 'end' | 'reset'): Promise<unknown[]> {
  const seen: unknown[] = []
  const { connect, errors } = await listening(
    t,
    websocketApp(async (_scope, receive, send) => {
      seen.push('waiting')
      seen.push(await receive())
      seen.push(...(await outcomes(send, [ACCEPT, START])))
    }),
  )
  const client = (await connect()).send(handshake())
  await eventually(() => seen.length === 1, 'the app')
  if (leave === 'end') client.socket.end()
  else await client.leave()
  await eventually(() => seen.length === 4, 'the disconnect')
  t.same(errors, [])
  return seen.slice(1)
}

t.test('a client that disconnects before the answer gets none', async (t) => {
  const error = 'ClientDisconnected: the client has disconnected'
  const gone = { type: 'websocket.disconnect', code: 1006, reason: '' }

  t.same(await early(t, 'end'), [gone, error, error])
  t.same(await early(t, 'reset'), [gone, error, error])
})

t.test('a disconnect in the middle of a denial is noticed', async (t) => {
  for (const [leave, sent] of [
    ['end', ''],
    ['reset', ''],
    ['end', 'x'.repeat(200_000)],
  ] as const) {
    const seen: unknown[] = []
    const { connect, errors } = await listening(
      t,
      websocketApp(async ({ onDisconnect }, receive, send) => {
        onDisconnect?.(() => seen.push('told'))
        await send(START)
        const part = { type: 'websocket.http.response.body', body: Buffer.from('x') } as const
        await send({ ...part, moreBody: true })
        seen.push('begun')
        seen.push(await receive(), ...(await outcomes(send, [part])))
      }),
    )
    const client = (await connect()).send(handshake() + sent)
    await client.until('418')
    if (leave === 'end') client.socket.end()
    else await client.leave()
    await eventually(() => seen.length === 4, `the disconnect by ${leave}`)

    t.match(seen, ['begun', 'told', { code: 1006 }, /ClientDisconnected/])
    t.same(errors, [])
  }
})

t.test('an app that takes too long is a 503 (advisory 111)', async (t) => {
  const seen: unknown[] = []
  const served = await listening(
    t,
    websocketApp(async (_scope, receive, send) => {
      seen.push(await receive(), ...(await outcomes(send, [ACCEPT])))
    }),
    { websocket: { handshakeTimeoutMs: 30 } },
  )

  t.equal((await denied(served)).status, 503)
  await eventually(() => seen.length === 2, 'the disconnect')
  t.match(seen, [{ code: 1006 }, /ClientDisconnected/])
  t.match(served.errors, [{ message: /within 30 ms\. Accept or close sooner, or raise websocket/ }])
})

t.test('data that arrives before the accept is received after it', async (t) => {
  const { connect } = await listening(t, echo())
  const client = await connect()

  client.send(handshake()).send(Buffer.from('818200000000686988820000000003e8', 'hex'))

  const received = await client.end()
  t.same(readFrames(bodyOf(received)), ['text hi', 'close 1000'])
})

t.test('data that arrives before a denial does not hide it from the client', async (t) => {
  const { connect } = await listening(
    t,
    websocketApp((_scope, _receive, send) => send(CLOSE)),
  )

  const received = await (await connect())
    .send(`${request('GET /', HANDSHAKE)}${'x'.repeat(100_000)}`)
    .end()

  t.match(received, /^HTTP\/1\.1 403 .*Forbidden$/s)
})

t.test('an app that ends while the client sends reads no more', async (t) => {
  const { connect } = await listening(
    t,
    websocketApp(async (_scope, receive: Receive, send) => {
      await send(ACCEPT)
      await receive()
    }),
  )
  const client = await open(await connect())
  for (let index = 0; index < 50; index++)
    client.send(Buffer.from('81820000000068690000', 'hex').subarray(0, 8))

  t.same(readFrames(await client.until('\x03\xe8')), ['close 1000'])
})
