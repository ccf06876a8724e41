// HTTP/1.1 over TLS: requests, websockets, what scopes tell, and the end of connections.
import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { WebSocket } from 'ws'
import type { App, HTTPScope, TLSExtension } from '../../../../lib/types.ts'
import { CERTIFICATE, SECOND } from '../../../support/certificate.ts'
import { secureRequest, secureSocket } from '../../../support/secureclient.ts'
import { answer, eventually, httpApp, listening, readAll, soon } from '../../../support/sockets.ts'

/** An app that keeps its scopes. */
function keeping(scopes: HTTPScope[]): App {
  return httpApp((scope, _receive, send) => {
    scopes.push(scope)
    return answer(send, 'secret')
  })
}

function tlsOf(scope: HTTPScope | undefined): TLSExtension {
  const tls = scope?.extensions?.tls
  if (tls === undefined) throw new Error('there is no extension tls')
  return tls
}

t.test('requests are answered, and scopes contain TLS details', async (t) => {
  const scopes: HTTPScope[] = []
  const { server, port } = await listening(t, keeping(scopes), { tls: CERTIFICATE })
  t.equal(server.url, `https://127.0.0.1:${port}`)

  const { status, text } = await secureRequest(port, '/a?b')
  t.equal(status, 200)
  t.equal(text, 'secret')
  const [scope] = scopes
  t.match(scope, { scheme: 'https', httpVersion: '1.1', path: '/a', client: { host: '127.0.0.1' } })
  t.match(tlsOf(scope), {
    tlsVersion: 0x0304,
    cipherSuite: 0x1302,
    clientCertName: null,
    clientCertChain: [],
    clientCertError: null,
  })
})

t.test('scopes show the certificate of the server, and the suite of old versions', async (t) => {
  let seen: unknown
  const app = httpApp((scope, _receive, send) => {
    const { serverCert, tlsVersion, cipherSuite } = tlsOf(scope)
    seen = { serverCert, tlsVersion, cipherSuite }
    return answer(send, '')
  })
  const { port } = await listening(t, app, { tls: { ...CERTIFICATE, maxVersion: 'TLSv1.2' } })

  await secureRequest(port, '/', { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })
  t.same(seen, { serverCert: `${CERTIFICATE.cert}\n`, tlsVersion: 0x0303, cipherSuite: 0xc02b })
})

t.test('certificates of clients are in the scope, trusted or not', async (t) => {
  const seen: object[] = []
  const app = httpApp((scope, _receive, send) => {
    const { clientCertName, clientCertChain, clientCertError } = tlsOf(scope)
    seen.push({ clientCertName, clientCertChain, clientCertError })
    return answer(send, '')
  })
  const asking = { ...CERTIFICATE, ca: SECOND.cert, requestCert: true, rejectUnauthorized: false }
  const { port } = await listening(t, app, { tls: asking })

  await secureRequest(port, '/', SECOND)
  await secureRequest(port, '/', CERTIFICATE)
  await secureRequest(port, '/')
  t.same(seen, [
    {
      clientCertName: 'CN=second,O=Tests\\, Inc.,C=XX',
      clientCertChain: [`${SECOND.cert}\n`],
      clientCertError: null,
    },
    {
      clientCertName: 'CN=localhost',
      clientCertChain: [`${CERTIFICATE.cert}\n`],
      clientCertError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    },
    { clientCertName: null, clientCertChain: [], clientCertError: null },
  ])
})

t.test('clients without a required certificate are refused', async (t) => {
  const scopes: HTTPScope[] = []
  const tls = { ...CERTIFICATE, ca: SECOND.cert, requestCert: true, maxVersion: 'TLSv1.2' } as const
  const { port } = await listening(t, keeping(scopes), { tls })

  await t.rejects(secureRequest(port, '/'))
  t.equal((await secureRequest(port, '/', SECOND)).status, 200)
  t.equal(scopes.length, 1)
})

t.test('bodies are received, and large ones are sent', async (t) => {
  const large = Buffer.alloc(3_000_000, 'x')
  const app = httpApp(async (_scope, receive, send) => {
    const body = await readAll(receive)
    await send({ type: 'http.response.start', status: 200, headers: [] })
    for (let part = 0; part < 3; part++) {
      await send({ type: 'http.response.body', body: large, moreBody: true })
    }
    await send({ type: 'http.response.body', body: Buffer.from(String(body.byteLength)) })
  })
  const { port } = await listening(t, app, { tls: CERTIFICATE })

  const { text } = await secureRequest(port, '/', { method: 'POST', body: `${large}` })
  t.equal(text.length, 9_000_007)
  t.ok(text.endsWith('x3000000'))
})

t.test('websockets are served on the same port', async (t) => {
  const schemes: unknown[] = []
  const app: App = async (scope, receive, send) => {
    if (scope.type !== 'websocket') throw new Error(`not asked for: ${scope.type}`)
    schemes.push(scope.scheme, scope.extensions?.tls?.tlsVersion)
    await receive()
    await send({ type: 'websocket.accept' })
    for (let got = await receive(); got.type === 'websocket.receive'; got = await receive()) {
      await send({ type: 'websocket.send', text: `${got.text}!` })
    }
  }
  const { port } = await listening(t, app, { tls: CERTIFICATE, lifespan: 'off' })
  const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { ca: CERTIFICATE.cert })
  await once(socket, 'open')
  socket.send('hello')
  const [message] = await once(socket, 'message')
  t.equal(`${message}`, 'hello!')
  t.same(schemes, ['wss', 0x0304])
  const closed = once(socket, 'close')
  socket.close()
  await closed
})

t.test(
  'a websocket after a request of its connection has the extensions of websockets',
  async (t) => {
    const seen: Record<string, string[]> = {}
    const app: App = async (scope, _receive, send) => {
      if (scope.type === 'lifespan') throw new Error(`not asked for: ${scope.type}`)
      seen[scope.type] = Object.keys(scope.extensions ?? {})
      return scope.type === 'http' ? answer(send, 'plain') : send({ type: 'websocket.close' })
    }
    const { port } = await listening(t, app, { tls: CERTIFICATE, lifespan: 'off' })
    const socket = await secureSocket(t, port)

    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await once(socket, 'data')
    socket.write(
      'GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
        'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    await once(socket, 'data')

    t.ok(seen['http']?.includes('http.response.trailers'))
    t.strictSame(seen['websocket'], ['websocket.http.response', 'tls'])
  },
)

t.test('a client disconnect is noticed', async (t) => {
  let heard = false
  const app = httpApp(async (scope, receive, send) => {
    scope.onDisconnect?.(() => {
      heard = true
    })
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await send({ type: 'http.response.body', body: Buffer.from('part'), moreBody: true })
    while ((await receive()).type !== 'http.disconnect');
  })
  const { port, errors } = await listening(t, app, { tls: CERTIFICATE })
  const socket = await secureSocket(t, port)
  socket.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n')
  await once(socket, 'data')
  socket.destroy()
  await eventually(() => heard, 'the disconnect')
  t.same(errors, [])
})

t.test(
  'a closing server waits for answers, and ends idle connections and handshakes',
  async (t) => {
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let isCalled = false
    const app = httpApp(async (scope, _receive, send) => {
      isCalled = scope.path === '/late'
      if (isCalled) await released
      await answer(send, 'late')
    })
    const { server, port } = await listening(t, app, { tls: CERTIFICATE, gracePeriodMs: 600_000 })
    const idle = await secureSocket(t, port)
    idle.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n')
    await once(idle, 'data')
    const handshake = connect(port)
    await once(handshake, 'connect')
    const late = secureRequest(port, '/late')
    await eventually(() => isCalled, 'the request')
    const closing = server.close()
    await soon(once(idle, 'close'), 'the end of the idle connection')
    release()

    t.match(await late, { text: 'late', headers: { connection: 'close' } })
    await soon(closing, 'the end of the server')
    await soon(once(handshake, 'close'), 'the end of the handshake')
  },
)

t.test('plain text on a TLS port ends only that connection', async (t) => {
  const { port, talk, errors } = await listening(t, keeping([]), { tls: CERTIFICATE })
  await talk('GET / HTTP/1.1\r\nhost: test\r\n\r\n')
  t.equal((await secureRequest(port, '/')).status, 200)
  t.same(errors, [])
})
