// Websockets over HTTP/2 (RFC 8441): one stream each, beside requests.
import { once } from 'node:events'
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2'
import t from 'tap'
import { WebSocket } from 'ws'
import type { App, WebSocketScope } from '../../../../lib/types.ts'
import { CERTIFICATE } from '../../../support/certificate.ts'
import { frame } from '../../../support/frames.ts'
import { answer, eventually, listening, soon } from '../../../support/sockets.ts'
import { answerOf, ask, connected } from '../../../support/streams.ts'

/** Echoes what comes; refuses `/no` and `/denied`. */
function echoing(scopes: WebSocketScope[] = [], ends: unknown[] = []): App {
  return async (scope, receive, send) => {
    if (scope.type === 'http') return answer(send, 'plain')
    if (scope.type !== 'websocket') throw new Error(`not asked for: ${scope.type}`)
    scopes.push(scope)
    await receive()
    if (scope.path === '/no') return send({ type: 'websocket.close' })
    if (scope.path === '/denied') {
      await send({
        type: 'websocket.http.response.start',
        status: 401,
        headers: ['www-authenticate', 'Basic'],
      })
      return send({ type: 'websocket.http.response.body', body: Buffer.from('who?') })
    }
    const [subprotocol] = scope.subprotocols
    await send({
      type: 'websocket.accept',
      headers: ['x-a', '1'],
      ...(subprotocol && { subprotocol }),
    })
    for (;;) {
      const message = await receive()
      if (message.type !== 'websocket.receive') {
        ends.push(message)
        return
      }
      if (message.text === 'bye') return send({ type: 'websocket.close', code: 4_000 })
      await send({ type: 'websocket.send', text: `${scope.httpVersion} ${message.text}` })
    }
  }
}

function open(session: ClientHttp2Session, fields: OutgoingHttpHeaders = {}): ClientHttp2Stream {
  const stream = session.request(
    {
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':path': '/chat',
      'sec-websocket-version': '13',
      ...fields,
    },
    { endStream: false },
  )
  stream.on('error', () => {})
  return stream
}

/** Collects what comes as bytes. */
function collected(stream: ClientHttp2Stream): () => Buffer {
  const parts: Buffer[] = []
  stream.on('data', (part: Buffer) => parts.push(part))
  return () => Buffer.concat(parts)
}

t.test('a websocket opens, echoes, and is closed by its client', async (t) => {
  const [scopes, ends]: [WebSocketScope[], unknown[]] = [[], []]
  const { port, errors } = await listening(t, echoing(scopes, ends), {
    http2: true,
    lifespan: 'off',
  })
  const session = await connected(t, port)
  const stream = open(session, { 'sec-websocket-protocol': 'a, b', origin: 'http://x' })
  const [headers] = await once(stream, 'response')
  t.match(headers, { ':status': 200, 'sec-websocket-protocol': 'a', 'x-a': '1' })
  t.notOk('upgrade' in headers || 'connection' in headers || 'sec-websocket-accept' in headers)
  const got = collected(stream)
  stream.write(Buffer.concat([frame(1, 'one'), frame(1, 'two')]))
  await eventually(() => `${got()}`.includes('2 two'), 'the echo')
  t.equal(got().toString('latin1'), '\x81\x052 one\x81\x052 two')
  t.equal((await answerOf(ask(session, {}))).text, 'plain')
  stream.write(frame(8, Buffer.from([0x03, 0xe8])))
  await soon(once(stream, 'end'), 'the end of the stream')
  stream.end()
  await eventually(() => ends.length === 1, 'the disconnect')
  t.match(ends, [{ type: 'websocket.disconnect', code: 1000 }])
  const [scope] = scopes
  t.match(scope, { httpVersion: '2', scheme: 'ws', path: '/chat', subprotocols: ['a', 'b'] })
  t.ok(scope?.headers.includes('origin'))
  t.notOk(scope?.headers.includes('sec-websocket-key'))
  t.same(errors, [])
})

t.test('refusals are responses', async (t) => {
  const { port } = await listening(t, echoing(), { http2: true, lifespan: 'off' })
  const session = await connected(t, port)
  t.equal((await answerOf(open(session, { ':path': '/no' }))).status, 403)
  const denied = await answerOf(open(session, { ':path': '/denied' }))
  t.match(denied, { status: 401, text: 'who?', headers: { 'www-authenticate': 'Basic' } })
  const old = await answerOf(open(session, { 'sec-websocket-version': '8' }))
  t.match(old, { status: 426, headers: { 'sec-websocket-version': '13' } })
  t.equal((await answerOf(open(session, { ':protocol': 'connect-udp' }))).status, 501)
})

t.test('a handshake that `ws` refuses is refused', async (t) => {
  const options = { http2: true, lifespan: 'off', websocket: { perMessageDeflate: true } } as const
  const { port } = await listening(t, echoing(), options)
  const session = await connected(t, port)
  const extension = 'permessage-deflate; client_max_window_bits=99'
  const refused = await answerOf(open(session, { 'sec-websocket-extensions': extension }))
  t.match(refused, { status: 400, text: 'Bad Request' })
})

t.test('its stream ends even if the client does not end its side', async (t) => {
  const { port } = await listening(t, echoing(), { http2: true, lifespan: 'off' })
  const session = await connected(t, port)
  const denied = open(session, { ':path': '/denied' })
  t.equal((await answerOf(denied)).text, 'who?')
  await eventually(() => denied.closed, 'the end of a refused one')
  const stream = open(session)
  await once(stream, 'response')
  const got = collected(stream)
  stream.write(Buffer.concat([frame(1, 'last'), frame(8, Buffer.from([0x03, 0xe8]))]))
  await eventually(() => stream.closed, 'the end of a closed one')
  t.equal(stream.rstCode, 0)
  t.equal(got().toString('latin1'), '\x81\x062 last\x88\x02\x03\xe8')
})

t.test('a reset stream and a closing server end it', async (t) => {
  const ends: unknown[] = []
  const { server, port } = await listening(t, echoing([], ends), { http2: true, lifespan: 'off' })
  const session = await connected(t, port)
  const left = open(session)
  await once(left, 'response')
  left.destroy(new Error('gone'))
  await eventually(() => ends.length === 1, 'the disconnect')
  const stays = open(session)
  await once(stays, 'response')
  const got = collected(stays)
  const closing = server.close()
  await eventually(() => got().byteLength >= 4, 'the close')
  t.same([...got().subarray(0, 4)], [0x88, 2, 0x03, 0xf4])
  await soon(closing, 'the end of the server')
  t.match(ends, [{ code: 1006 }, { code: 1012 }])
})

t.test('with websocket: false the setting is not sent to clients', async (t) => {
  const options = { http2: true, websocket: false, lifespan: 'off' } as const
  const { port } = await listening(t, echoing(), options)
  t.notOk((await connected(t, port)).remoteSettings.enableConnectProtocol)
})

t.test('over TLS, HTTP/1.1 websockets still work', async (t) => {
  const options = { http2: true, tls: CERTIFICATE, lifespan: 'off' } as const
  const { port } = await listening(t, echoing(), options)
  const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { ca: CERTIFICATE.cert })
  await once(socket, 'open')
  socket.send('hello')
  t.equal(`${(await once(socket, 'message'))[0]}`, '1.1 hello')
  const closed = once(socket, 'close')
  socket.send('bye')
  t.equal((await closed)[0], 4_000)
})
