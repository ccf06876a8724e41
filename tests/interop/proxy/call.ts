// What becomes of a request when the upstream does not answer as it should.
import t from 'tap'
import { stopTimers } from '../../support/clock.ts'
import { hostServer, rawUpstream } from '../../support/hosts.ts'
import { proxied } from '../../support/proxied.ts'
import { bodyOf, eventually, request, statuses } from '../../support/sockets.ts'

const CLOSE = ['connection: close']
const GET = request('GET /', CLOSE)
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

t.test('an upstream that cannot be reached, or sends invalid HTTP, is 502', async (t) => {
  const { talk, failures } = await proxied(t, 'http://127.0.0.1:9')
  t.same(statuses(await talk(GET)), [502])
  t.match(failures, [/^connect ECONNREFUSED 127\.0\.0\.1:9$/])

  const unknown = await proxied(t, 'http://does-not-exist.invalid')
  t.same(statuses(await unknown.talk(GET)), [502])
  t.match(unknown.failures, [/ENOTFOUND|EAI_AGAIN/])

  for (const [answer, reason] of [
    ['', /socket hang up/],
    ['HTTP/1.1 200 OK\r\n', /socket hang up|Parse Error/],
    ['SSH-2.0-x\r\n\r\n', /Parse Error/],
    ['HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n', /Parse Error/],
    ['HTTP/1.1 200 OK\r\nx y: b\r\n\r\n', /Parse Error/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n', /Parse Error/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n', /Parse Error/],
    [`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, /Parse Error: Header overflow/],
    ['HTTP/1.1 600 What\r\ncontent-length: 0\r\n\r\n', /its status is 600/],
    [
      'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      /socket hang up|closed/,
    ],
  ] as const) {
    const { url } = await rawUpstream(t, (socket) => socket.end(answer, 'latin1'))
    const broken = await proxied(t, url)
    t.match(await broken.talk(GET), /^HTTP\/1\.1 502 .*\r\n\r\nBad Gateway$/s, answer.slice(0, 50))
    t.match(broken.failures, [reason], answer.slice(0, 50))
  }
})

t.test('an upstream that does not answer is 504, and its connection is closed', async (t) => {
  const { url, connections } = await rawUpstream(t, () => {})
  const { talk, failures } = await proxied(t, url, { headTimeoutMs: 20 })

  t.match(await talk(GET), /^HTTP\/1\.1 504 .*\r\n\r\nGateway Timeout$/s)
  t.same(failures, ['no response within 20 ms, headTimeoutMs'])
  await eventually(() => connections.open === 0, 'the close')
})

t.test('waiting too long for a connection is 504', async (t) => {
  const { url, connections } = await rawUpstream(t, () => {})
  const options = { maxConnections: 1, connectTimeoutMs: 50 }
  const { talk, connect, failures } = await proxied(t, url, options)
  const first = await connect()
  first.send(request('GET /'))
  await eventually(() => connections.open === 1, 'the only one')

  t.same(statuses(await talk(GET)), [504])
  t.same(failures, ['no connection within 50 ms, connectTimeoutMs'])
  t.equal(connections.total, 1)
})

t.test('0 means no limit', async (t) => {
  const { url } = await rawUpstream(t, (socket) => {
    setTimeout(() => socket.write(OK), 50)
  })
  const options = {
    connectTimeoutMs: 0,
    headTimeoutMs: 0,
    idleTimeoutMs: 0,
    keepAliveTimeoutMs: 10,
  }
  const { talk } = await proxied(t, url, options)

  t.match(await talk(GET), /ok$/, 'nor is the time of an idle connection one for those in use')
})

t.test('an idle connection is kept for a while', async (t) => {
  const { url, connections } = await rawUpstream(t, (socket) => socket.write(OK))
  const { talk } = await proxied(t, url, { keepAliveTimeoutMs: 60_000 })
  for (const _ of [1, 2, 3]) t.match(await talk(GET), /ok$/)
  t.same(connections, { total: 1, open: 1 })

  const brief = await rawUpstream(t, (socket) => socket.write(OK))
  const other = await proxied(t, brief.url, { keepAliveTimeoutMs: 10 })
  t.match(await other.talk(GET), /ok$/)
  await eventually(() => brief.connections.open === 0, 'the close')
})

/** Answers once, and closes each connection at its second request. */
const stale = (t: Parameters<typeof rawUpstream>[0]) =>
  rawUpstream(t, (socket, received) => {
    if (received.split('HTTP/1.1').length > 2) socket.destroy()
    else socket.write(OK)
  })

t.test('a request on a connection that was just closed is sent again', async (t) => {
  const { url, connections, received } = await stale(t)
  const { talk, failures } = await proxied(t, url)
  for (const method of ['GET', 'GET', 'DELETE', 'GET', 'OPTIONS']) {
    t.same(statuses(await talk(request(`${method} /`, CLOSE))), [200], method)
  }

  t.same(failures, [])
  t.ok(connections.total >= 3)
  t.match(received[1], /^(?:GET|DELETE)/)
})

t.test('a request that might run twice is sent once, and others at most twice', async (t) => {
  for (const [line, fields, body] of [
    ['POST /', ['content-length: 0'], ''],
    ['PUT /', ['content-length: 1'], 'x'],
    ['PURGE /', [], ''],
  ] as const) {
    const { url, connections } = await stale(t)
    const { talk } = await proxied(t, url)
    await talk(GET)
    t.same(statuses(await talk(request(line, [...CLOSE, ...fields], body))), [502], line)
    t.equal(connections.total, 1)
  }
  const { url, connections } = await rawUpstream(t, (socket, _received, connection) => {
    if (connection === 0) socket.write(OK)
    if (connection > 0) socket.destroy()
  })
  const { talk } = await proxied(t, url)
  await talk(GET)
  await talk(GET)
  t.equal(connections.total, 1)
})

t.test('a request is not sent again after a new connection was closed', async (t) => {
  const { url, connections } = await rawUpstream(t, (socket) => socket.destroy())
  const { talk } = await proxied(t, url)

  t.same(statuses(await talk(GET)), [502])
  t.equal(connections.total, 1)
})

t.test('100 simultaneous requests share the allowed number of connections', async (t) => {
  let most = 0
  let open = 0
  const { url, server } = await hostServer(t, (request, response) => {
    setTimeout(() => response.end(request.url), 2)
  })
  server.on('connection', (socket) => {
    most = Math.max(most, ++open)
    socket.on('close', () => open--)
  })
  const { url: front } = await proxied(t, url, { maxConnections: 5 })
  const answers = await Promise.all(
    Array.from({ length: 100 }, async (_, n) => (await fetch(`${front}/${n}`)).text()),
  )

  t.same(
    answers,
    Array.from({ length: 100 }, (_, n) => `/${n}`),
  )
  t.ok(most <= 5, `${most} connections`)
})

t.test('early hints are passed on before the response if the client accepts them', async (t) => {
  const { url } = await hostServer(t, (_request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    setTimeout(() => response.end('page'), 10)
  })
  const { talk } = await proxied(t, url, { earlyHints: true })
  const received = await talk(GET)

  t.same(statuses(received), [103, 200])
  t.match(received, /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a\.css>; rel=preload\r\n/i)

  const { talk: plain } = await proxied(t, url)
  t.same(statuses(await plain(GET)), [200], 'HTTP/1.1 gets none unless asked (RFC 8297 section 3)')
})

t.test('an answer of an upstream that closes before reading the body is passed on', async (t) => {
  const { url } = await rawUpstream(t, (socket, text) => {
    if (!text.includes('\r\n\r\n') || socket.writableEnded) return
    socket.end('HTTP/1.1 413 Content Too Large\r\ncontent-length: 5\r\n\r\nlarge')
    setImmediate(() => socket.destroy())
  })
  const { connect, failures } = await proxied(t, url)
  const size = 3_000_000
  const ask = async (): Promise<string> => {
    const client = await connect()
    const head = request('POST /', [`content-length: ${size}`, 'connection: close'])
    client.send(head + 'x'.repeat(size))
    return client.until('large')
  }

  for (let round = 0; round < 10; round++) t.same(statuses(await ask()), [413])
  t.same(failures, [])
})

t.test('an upstream that closes without an answer is 502 immediately', async (t) => {
  const { url } = await rawUpstream(t, (socket) => socket.resetAndDestroy())
  const { talk } = await proxied(t, url)
  stopTimers(t) // it does not wait for what cannot come
  const fields = ['content-length: 300000', 'connection: close']

  t.same(statuses(await talk(request('POST /', fields, 'x'.repeat(300_000)))), [502])
})

t.test('other interim responses are not passed on', async (t) => {
  const { url } = await rawUpstream(t, (socket) => {
    socket.write(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 x\r\nx: y\r\n\r\n${OK}`)
  })
  const { talk } = await proxied(t, url)

  t.same(statuses(await talk(GET)), [200])
})

t.test('the response of an HTTP/1.0 upstream ends with its connection', async (t) => {
  const { url } = await rawUpstream(t, (socket) => {
    socket.end('HTTP/1.0 200 OK\r\n\r\nold')
  })
  const { talk } = await proxied(t, url)

  t.match(await talk(GET), /^HTTP\/1\.1 200 OK\r\n.*\r\n3\r\nold\r\n0\r\n\r\n$/s)
})

t.test('a disconnect aborts the upstream request', async (t) => {
  const { url, connections } = await rawUpstream(t, () => {})
  const { connect, errors, failures } = await proxied(t, url)
  const client = await connect()
  client.send(request('GET /'))
  await eventually(() => connections.open === 1, 'the request')
  await client.leave()

  await eventually(() => connections.open === 0, 'the end')
  t.same([errors, failures], [[], []])
})

t.test('Expect: the upstream decides whether the body is sent', async (t) => {
  const expecting = request('POST /', [...CLOSE, 'expect: 100-continue', 'content-length: 5'])
  const wanted = await rawUpstream(t, (socket, received) => {
    if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    if (received.endsWith('hello')) socket.write(OK)
  })
  const yes = await proxied(t, wanted.url)
  const client = await yes.connect()
  client.send(expecting)
  await client.until('HTTP/1.1 100 Continue\r\n\r\n')
  client.send('hello')
  t.equal(bodyOf((await client.end()).slice(25)), 'ok')

  const refused = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n')
  })
  const no = await proxied(t, refused.url)
  t.same(statuses(await no.talk(expecting)), [413])
  await eventually(() => refused.connections.open === 0, 'a connection with half a request')

  const silent = await rawUpstream(t, (socket, received) => {
    if (received.endsWith('hello')) socket.write(OK)
  })
  const maybe = await proxied(t, silent.url)
  t.same(statuses(await maybe.talk(`${expecting}hello`)), [100, 200])

  const dead = await proxied(t, 'http://127.0.0.1:9')
  t.same(statuses(await dead.talk(expecting)), [502])
})

t.test('sockets and listeners do not accumulate', async (t) => {
  const { url, server } = await hostServer(t, (request, response) => void request.pipe(response))
  const { url: front } = await proxied(t, url, { maxConnections: 2 })
  for (let round = 0; round < 30; round++) {
    const bodies = await Promise.all(
      [1, 2, 3].map(async () => {
        const body = Buffer.alloc(200_000, 'x')
        return (await (await fetch(front, { method: 'POST', body })).arrayBuffer()).byteLength
      }),
    )
    t.same(bodies, [200_000, 200_000, 200_000])
  }
  const connections = await new Promise((resolve) => {
    server.getConnections((_error, count) => resolve(count))
  })

  t.ok(Number(connections) <= 2, 'and no warning of too many listeners has come')
})
