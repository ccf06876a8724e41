// Requests that two readers could read differently get an error and a closed connection, and never
// reach an app: advisories 1, 2, 26, 27, 82, 83, 84, 85 and 124.
import t from 'tap'
import { Request } from '../../../lib/requests.ts'
import { answer, httpApp, listening, request, statuses } from '../../support/sockets.ts'

const paths: string[] = []
const app = httpApp(async (scope, _receive, send) => {
  paths.push(scope.path)
  await answer(send, JSON.stringify(scope.headers))
})

t.beforeEach(() => {
  paths.length = 0
})

/** What a smuggler would put behind a request that ends earlier than another reader thinks. */
const SMUGGLED = request('GET /smuggled')
const HELLO = '\r\nhello'
const LAST = '\r\n0\r\n\r\n'

/** What is wrong, the answer, and what follows the request line and the Host field. */
const FRAMING: [string, number, string][] = [
  ['length and chunks', 400, `content-length: 5\r\ntransfer-encoding: chunked\r\n${LAST}`],
  ['chunks and length', 400, `transfer-encoding: chunked\r\ncontent-length: 5\r\n${LAST}`],
  ['two lengths', 400, `content-length: 5\r\ncontent-length: 6\r\n${HELLO}`],
  ['the same length twice', 400, `content-length: 5\r\ncontent-length: 5\r\n${HELLO}`],
  ['a list of lengths', 400, `content-length: 5, 5\r\n${HELLO}`],
  ['a signed length', 400, `content-length: +5\r\n${HELLO}`],
  ['a negative length', 400, `content-length: -5\r\n${HELLO}`],
  ['a length in hex', 400, `content-length: 0x5\r\n${HELLO}`],
  ['a fractional length', 400, `content-length: 5.0\r\n${HELLO}`],
  ['a length of 2^64', 400, `content-length: 18446744073709551616\r\n${HELLO}`],
  ['an empty length', 400, `content-length: \r\n${HELLO}`],
  ['two codings', 501, `transfer-encoding: gzip, chunked\r\n${LAST}`],
  ['chunked twice', 400, `transfer-encoding: chunked, chunked\r\n${LAST}`],
  ['two coding fields', 400, `transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n${LAST}`],
  ['another second coding', 400, `transfer-encoding: chunked\r\ntransfer-encoding: x\r\n${LAST}`],
  ['an unknown coding', 501, `transfer-encoding: xchunked\r\n${LAST}`],
  ['chunked, not last', 400, `transfer-encoding: chunked, identity\r\n${LAST}`],
  ['a quoted coding', 501, `transfer-encoding: "chunked"\r\n${LAST}`],
  ['a vertical tab', 400, `transfer-encoding: \x0bchunked\r\n${LAST}`],
  ['a space before the colon', 400, `transfer-encoding : chunked\r\n${LAST}`],
  ['a space before the colon of a length', 400, `content-length : 5\r\n${HELLO}`],
  ['a folded field', 400, 'x: a\r\n b\r\n\r\n'],
  ['a folded coding', 400, `transfer-encoding:\r\n chunked\r\n${LAST}`],
  ['a bare line feed in the fields', 400, 'a: b\nx: y\r\n\r\n'],
  ['a bare carriage return', 400, 'x: a\rb\r\n\r\n'],
  ['\\r\\n\\rX as the end of the head', 400, '\rX\r\n\r\n'],
  ['a null byte', 400, 'x: a\0b\r\n\r\n'],
  ['a field without a colon', 400, 'nonsense\r\n\r\n'],
  ['a field without a name', 400, ': x\r\n\r\n'],
  ['a name with a space', 400, 'a b: x\r\n\r\n'],
  ['a second host', 400, 'host: b\r\n\r\n'],
  ['the same host again', 400, 'Host: test\r\n\r\n'],
  ['an expectation that nobody knows', 417, 'expect: 200-ok\r\nconnection: close\r\n\r\n'],
]

const LINES: [string, string][] = [
  ['chunks in HTTP/1.0', `POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n${LAST}`],
  ['a first field that starts with a space', 'GET / HTTP/1.1\r\n host: test\r\n\r\n'],
  ['bare line feeds', 'GET / HTTP/1.1\nhost: test\n\n'],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['HTTP/1.2', 'GET / HTTP/1.2\r\nhost: test\r\n\r\n'],
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nhost: test\r\n\r\n'],
  ['another protocol', 'GET / HTTPS/1.1\r\nhost: test\r\n\r\n'],
  ['a method in lower case', 'get / HTTP/1.1\r\nhost: test\r\n\r\n'],
  ['an unknown method', 'SMUGGLE / HTTP/1.1\r\nhost: test\r\n\r\n'],
  ['a tab', 'GET\t/ HTTP/1.1\r\nhost: test\r\n\r\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ['TLS on a plain port', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'],
]

const CORPUS: [string, number, string][] = [
  ...LINES.map(([name, bytes]): [string, number, string] => [name, 400, bytes]),
  ...FRAMING.map(([name, status, fields]): [string, number, string] => [
    name,
    status,
    `POST / HTTP/1.1\r\nhost: test\r\n${fields}`,
  ]),
]

t.test('malformed requests', async (t) => {
  const { talk } = await listening(t, app)

  for (const [name, status, bytes] of CORPUS) {
    t.test(`${name}: ${status}, closed, and no later request is served`, async (t) => {
      const received = await talk(bytes + SMUGGLED)

      t.same(statuses(received), [status])
      t.same(paths, [])
    })
  }
})

// Advisories 1, 26 and 27.
const HOSTS = [
  ...['x/admin?', 'x/', 'x?', 'x#', 'x\\', 'a b', '[', ']', '[]', '[::1', ':', ':80'],
  ...['a@b', 'a@b:1', 'evil@good:80', 'localhost:3000/x?', 'a:b', 'a:123456', 'a:1:2', 'a\tb'],
  ...['caf\xe9', 'a"b', '<a>', 'a^b', '{a}', 'a|b', 'x'.repeat(301), 'x'.repeat(16_000)],
]

t.test('malformed hosts', async (t) => {
  const { talk } = await listening(t, app)

  for (const host of HOSTS) {
    t.test(`Host: ${JSON.stringify(host.slice(0, 40))} gets 400`, async (t) => {
      const received = await talk(`GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n${SMUGGLED}`)

      t.same(statuses(received), [400])
      t.same(paths, [])
    })
  }
})

t.test('the URL of a served request has the path of its scope', async (t) => {
  const { talk, errors } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      await answer(send, `<${new Request(scope, receive, send).url.pathname}>`)
    }),
  )
  const hosts = [
    ...['', ' ', 'a.example', 'A.example:80', '[::1]:80', 'a_b', '127.1', 'a..b', '-', "a'b"],
    ...['a!b', 'a,b'],
    ...['a%zz', '1.2.3.999', 'xn--', '[:::]', '[1]', 'a:99999', 'a%2fb', '%', '0x1.', 'a%00b'],
  ]

  for (const host of hosts) {
    const received = await talk(`GET /admin HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)

    const [status] = statuses(received)
    if (status === 200) t.match(received, /<\/admin>$/, host)
    else t.equal(status, 400, host)
  }
  t.same(errors, [])
})

t.test('fields with names of object properties are ordinary (advisory 82)', async (t) => {
  const { talk } = await listening(t, app)

  const received = await talk(
    request('GET /', ['__proto__: x', 'constructor: y', 'connection: close']),
  )

  const fields = ['host', 'test', '__proto__', 'x', 'constructor', 'y', 'connection', 'close']
  t.ok(received.endsWith(JSON.stringify(fields)))
})

const CHUNKS: [string, string][] = [
  ['no size', '\r\nhello\r\n0\r\n\r\n'],
  ['a size that is none', 'g\r\nhello\r\n0\r\n\r\n'],
  ['a size with 0x', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a signed size', '+5\r\nhello\r\n0\r\n\r\n'],
  ['a size with a space before it', ' 5\r\nhello\r\n0\r\n\r\n'],
  ['a size of 2^64', '10000000000000000\r\nhello\r\n0\r\n\r\n'],
  ['a size ended by a bare line feed', '5\nhello\r\n0\r\n\r\n'],
  ['a size ended by a bare carriage return', '5\rhello\r\n0\r\n\r\n'],
  ['data longer than its size', '5\r\nhelloo\r\n0\r\n\r\n'],
  ['data shorter than its size', '5\r\nhell\r\n0\r\n\r\n'],
  ['other bytes where the line end should be (h11)', '5\r\nhelloXX0\r\n\r\n'],
  ['a line feed alone after the data', '5\r\nhello\n0\r\n\r\n'],
  ['an extension with a line feed', '5;a\nb\r\nhello\r\n0\r\n\r\n'],
]

t.test('malformed chunks', async (t) => {
  let types: string[] = []
  const { talk } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      paths.push(scope.path)
      types = []
      for (;;) {
        const message = await receive()
        const isLast = message.type === 'http.request' && !message.moreBody
        types.push(isLast ? 'end' : message.type)
        if (isLast || message.type === 'http.disconnect') break
      }
      await answer(send, 'read')
    }),
  )

  for (const [name, body] of CHUNKS) {
    t.test(`with ${name} never make a complete body (advisory 85)`, async (t) => {
      const head = request('POST /', ['transfer-encoding: chunked'])

      const received = await talk(head + body + SMUGGLED)

      t.same(statuses(received), [400])
      t.notOk(types.includes('end'), String(types))
      t.same(paths, ['/'])
    })
  }
})

t.test('endless chunk extensions abort the request (advisory 124)', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (_scope, receive) => {
      while ((await receive()).type === 'http.request');
    }),
  )
  const client = await connect()
  client.send(`${request('POST /', ['transfer-encoding: chunked'])}1;${'x'.repeat(32_768)}`)

  t.match(await client.end(), /^HTTP\/1\.1 413 /)
})

t.test('a head that is too large gets 431', async (t) => {
  const { talk } = await listening(t, app, { maxHeaderSize: 1_000 })

  t.same(statuses(await talk(request('GET /', [`x: ${'y'.repeat(1_000)}`]))), [431])
  t.same(statuses(await talk(request(`GET /${'y'.repeat(1_000)}`))), [431])
  t.same(paths, [])
})

t.test('a head of many small fields is read completely', async (t) => {
  const { talk } = await listening(t, app)
  const fields = new Array(2_500).fill('a:')

  t.same(statuses(await talk(request('GET /', [...fields, 'Host: second']))), [400])
  t.same(paths, [])
})

t.test('CONNECT is not served', async (t) => {
  const { talk } = await listening(t, app)

  const received = await talk('CONNECT a.example:443 HTTP/1.1\r\nhost: a.example:443\r\n\r\n')

  t.same(statuses(received), [501])
  t.same(paths, [])
})

t.test('the target * is valid for OPTIONS only (RFC 9112 section 3.2.4)', async (t) => {
  const { talk } = await listening(t, app)

  for (const method of ['GET', 'HEAD', 'POST', 'TRACE']) {
    t.same(statuses(await talk(request(`${method} *`) + SMUGGLED)), [400], method)
  }
  t.same(paths, [])
  t.same(statuses(await talk(request('OPTIONS *', ['connection: close']))), [200])
  t.same(paths, ['*'])
})

t.test('an upgrade without a listener is an ordinary request', async (t) => {
  const { connect } = await listening(t, app)
  const client = await connect()

  client.send(request('GET /', ['connection: upgrade', 'upgrade: h2c']))

  t.match(await client.until(']'), /^HTTP\/1\.1 200 /)
})

t.test('an incomplete request is not served', async (t) => {
  const { connect } = await listening(t, app)
  const client = await connect()

  client.send('GET / HTTP/1.1\r\nhost: te')
  client.socket.end()

  t.same(statuses(await client.end()), [400])
  t.same(paths, [])
})
