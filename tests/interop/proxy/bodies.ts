// Bodies through a proxy: streamed with back-pressure, whole or aborted, and never too long.
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { hostServer, rawUpstream } from '../../support/hosts.ts'
import { proxied } from '../../support/proxied.ts'
import {
  bodyOf,
  dechunked,
  eventually,
  type RawClient,
  request,
  statuses,
} from '../../support/sockets.ts'

const CLOSE = ['connection: close']
const MB = 1_048_576

/** Resolves when a number has not grown for a while. */
async function settled(count: () => number): Promise<number> {
  for (let before = -1; before !== count(); await sleep(100)) before = count()
  return count()
}

t.test('a large body is streamed in both directions', async (t) => {
  const { url } = await hostServer(t, (request, response) => void request.pipe(response))
  const { url: front } = await proxied(t, url)
  const size = 32 * MB
  const part = Buffer.alloc(64 * 1024, 'x')
  async function* parts(): AsyncGenerator<Uint8Array, void, void> {
    for (let sent = 0; sent < size; sent += part.byteLength) yield part
  }
  const init = { method: 'POST', body: parts(), duplex: 'half' } as unknown as RequestInit
  const { body } = await fetch(front, init)
  let received = 0
  for await (const chunk of body ?? []) received += chunk.byteLength

  t.equal(received, size)
})

t.test('parts of both bodies arrive before the bodies end', async (t) => {
  const { url } = await hostServer(t, (request, response) => {
    response.flushHeaders()
    request.on('data', (part) => response.write(part))
    request.on('end', () => response.end())
  })
  const { connect } = await proxied(t, url)
  const client = await connect()
  client.send(request('POST /', [...CLOSE, 'content-length: 6']))
  await client.until('\r\n\r\n')
  client.send('abc')
  await client.until('abc')
  client.send('def')

  t.equal(dechunked(bodyOf(await client.end())), 'abcdef')
})

t.test('applies back-pressure of the client to the upstream', async (t) => {
  let written = 0
  const { url } = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n')
    const part = Buffer.alloc(64 * 1024)
    const write = (): void => {
      while (!socket.destroyed && socket.write(part)) written += part.byteLength
      written += part.byteLength
    }
    socket.on('drain', write)
    write()
  })
  const { connect, errors } = await proxied(t, url, { idleTimeoutMs: 400 })
  const client = await connect()
  client.socket.pause()
  client.send(request('GET /'))

  const stalled = await settled(() => written)
  t.ok(stalled < 32 * MB, `${stalled} bytes`)
  await sleep(600)
  t.same(errors, [], 'nor is it late for it')
  client.socket.resume()
  await eventually(() => written > stalled + 2 * MB, 'more')
  await client.leave()
})

t.test('the upstream is not late if the process itself was blocked', async (t) => {
  let upstream: Socket | undefined
  const { url } = await rawUpstream(t, (socket) => {
    upstream = socket
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nha')
  })
  const { connect, errors } = await proxied(t, url, { idleTimeoutMs: 100 })
  const client = await connect()
  client.send(request('GET /', CLOSE))
  await client.until('ha')

  upstream?.write('lf')
  const end = performance.now() + 300
  while (performance.now() < end);

  t.match(await client.end(), /half$/)
  t.same(errors, [])
})

t.test('applies back-pressure of the upstream to the client', async (t) => {
  const { url } = await hostServer(t, (request) => void request.socket.pause())
  const { connect } = await proxied(t, url)
  const client = await connect()
  client.send(request('POST /', ['content-length: 1000000000']))
  let written = 0
  const part = Buffer.alloc(64 * 1024)
  const write = (): void => {
    while (client.socket.write(part)) written += part.byteLength
    written += part.byteLength
  }
  client.socket.on('drain', write)
  write()

  const stalled = await settled(() => written)
  t.ok(stalled < 32 * MB, `${stalled} bytes`)
  await client.leave()
})

t.test('an upstream that does not receive the body in time is 504', async (t) => {
  const { url } = await hostServer(t, (request) => void request.socket.pause())
  const { connect, failures } = await proxied(t, url, { headTimeoutMs: 200 })
  const client: RawClient = await connect()
  client.send(request('POST /', ['content-length: 100000000']))
  client.send(Buffer.alloc(32 * MB))

  await client.until('HTTP/1.1 504')
  t.same(failures, ['no response within 200 ms, headTimeoutMs'])
})

t.test('the client may send slowly', async (t) => {
  const { url } = await hostServer(t, (request, response) => void request.pipe(response))
  const { connect } = await proxied(t, url, { headTimeoutMs: 50 })
  const client = await connect()
  client.send(request('POST /', [...CLOSE, 'content-length: 2']))
  await sleep(100)
  client.send('a')
  await sleep(100)
  client.send('b')

  t.equal(dechunked(bodyOf(await client.end())), 'ab')
})

t.test('a response that breaks off is cut for the client too', async (t) => {
  for (const [head, body] of [
    ['content-length: 10', 'half'],
    ['transfer-encoding: chunked', '4\r\nhalf\r\n'],
    ['transfer-encoding: chunked', '4\r\nhalf\r\n5\r\n'],
  ]) {
    for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const { url } = await rawUpstream(t, (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`)
        setTimeout(() => socket[end](), 20)
      })
      const { talk, errors } = await proxied(t, url)
      const received = await talk(request('GET /'))
      t.match(received, /half(?:\r\n)?$/, `${head}, ${end}: no clean end`)
      t.match(errors, [
        { message: /^proxy: the response of http:.* was cut, .*\. The client's response/ },
      ])
    }
  }
})

t.test('a response that the end of the connection ends is cut after a reset only', async (t) => {
  for (const [end, isWhole] of [
    ['end', true],
    ['resetAndDestroy', false],
  ] as const) {
    const { url } = await rawUpstream(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf')
      setTimeout(() => socket[end](), 20)
    })
    const { talk, errors } = await proxied(t, url)
    for (const head of [request('GET /'), request('POST /', ['content-length: 1'], 'x')]) {
      const received = await talk(head.replace('\r\n', '\r\nconnection: close\r\n'))
      t.equal(dechunked(bodyOf(received)), 'half', end)
      t.equal(received.endsWith('\r\n0\r\n\r\n'), isWhole, end)
    }
    t.equal(errors.length, isWhole ? 0 : 2)
  }
})

t.test('the early answer to an upload that nothing reads is passed on', async (t) => {
  const { url } = await rawUpstream(t, (socket) => {
    socket.pause()
    socket.write('HTTP/1.1 413 Content Too Large\r\nconnection: close\r\n\r\ntoo large')
    setTimeout(() => socket.resetAndDestroy(), 20)
  })
  const { connect, errors } = await proxied(t, url)
  const client = await connect()
  client.send(request('POST /', ['content-length: 9', 'connection: close'], 'x'))

  t.match(await client.end(), /^HTTP\/1\.1 413 .*too large\r\n0\r\n\r\n$/s)
  t.same(errors, [])
})

t.test('a response that stalls is cut too', async (t) => {
  const { url, connections } = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')
  })
  const { talk, errors } = await proxied(t, url, { idleTimeoutMs: 50 })

  t.match(await talk(request('GET /')), /half$/)
  t.match(errors, [{ message: /was cut, Error: nothing came for 50 ms, idleTimeoutMs/ }])
  await eventually(() => connections.open === 0, 'the close')
})

t.test('a client that disconnects ends the response and the request', async (t) => {
  const { url, connections } = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n')
  })
  const { connect, errors, failures } = await proxied(t, url)
  for (const head of [request('GET /'), request('POST /', ['content-length: 5'], 'x')]) {
    const client = await connect()
    client.send(head)
    await client.until('half')
    await client.leave()
    await eventually(() => connections.open === 0, 'the end')
  }
  const silent = await rawUpstream(t, () => {})
  const other = await proxied(t, silent.url)
  const client = await other.connect()
  client.send(request('POST /', ['content-length: 5'], 'x'))
  await eventually(() => silent.received[0]?.endsWith('x') === true, 'the upload')
  await client.leave()
  await eventually(() => silent.connections.open === 0, 'the end')

  t.same([errors, failures, other.errors, other.failures], [[], [], [], []])
})

t.test('an answer before the end of the body is passed on, and the rest is not sent', async (t) => {
  const { url, connections } = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig')
  })
  const { connect, errors } = await proxied(t, url)
  const client = await connect()
  client.send(request('POST /', ['content-length: 1000000'], 'x'))

  t.match(await client.end(), /^HTTP\/1\.1 413 .*\r\n\r\nbig$/s)
  await eventually(() => connections.open === 0, 'the end')
  t.same(errors, [])
})

t.test('trailers are forwarded to clients that accept them', async (t) => {
  const { url } = await hostServer(t, (request, response) => {
    response.writeHead(200, { trailer: 'x-sum, x-te' })
    response.write('body')
    response.addTrailers({ 'x-sum': '1', 'x-te': String(request.headers.te), connection: 'x' })
    response.end()
  })
  const { talk } = await proxied(t, url)

  const asked = await talk(request('GET /', ['connection: te, close', 'te: trailers']))
  t.match(asked, /\r\ntrailer: x-sum, x-te\r\n/)
  t.match(asked, /\r\n4\r\nbody\r\n0\r\nx-sum: 1\r\nx-te: trailers\r\n\r\n$/)
  const other = await talk(request('GET /', CLOSE))
  t.match(other, /\r\n4\r\nbody\r\n0\r\n\r\n$/)
  t.notMatch(other, /trailer/i)
})

t.test('a body of a known length ends with its last byte', async (t) => {
  const { url } = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\n\r\nsmuggled')
  })
  const { talk } = await proxied(t, url)
  const received = await talk(request('GET /', CLOSE))

  t.match(received, /body$/)
  t.same(statuses(received), [200])
})
