// What is read without node:http, and what is left to it.
import * as fc from 'fast-check'
import t from 'tap'
import { type PlainRequest, readPlain } from '../../../../lib/servers/node/plain/grammar.ts'
import { assertLinear } from '../../../support/linear.ts'

const LIMIT = 16_384

function read(text: string, limit: number = LIMIT): PlainRequest | undefined {
  return readPlain(Buffer.from(text, 'latin1'), limit)
}

const POST = 'POST /a?b=c HTTP/1.1\r\nHost: test\r\nX-Name: a value\r\nContent-Length: 5\r\n\r\n'

const tokens = fc.stringMatching(/^x-[0-9A-Za-z_-]{1,20}$/)
const values = fc.stringMatching(/^[\x21-\x7e](?:[\x20-\x7e]{0,20}[\x21-\x7e])?$/)
const targets = fc.stringMatching(
  /^\/[0-9A-Za-z\-._~!$&'()*+,;=:@/[\]]{0,20}(?:\?[0-9a-z=&%?/]{0,9})?$/,
)
const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')

t.test('a plain request is parsed unchanged', async (t) => {
  const fields = fc.array(fc.tuple(tokens, fc.constantFrom(':', ': '), values), { maxLength: 9 })
  const bodies = fc.option(fc.uint8Array({ maxLength: 50 }))
  fc.assert(
    fc.property(methods, targets, fields, bodies, (method, target, fields, body) => {
      const lines = fields.map((field) => field.join(''))
      if (body !== null) lines.push(`Content-Length: ${body.length}`)
      const head = [`${method} ${target} HTTP/1.1`, 'Host: test:80', ...lines, '', ''].join('\r\n')
      const bytes = Buffer.concat([Buffer.from(head), body ?? Buffer.alloc(0)])
      const length = body === null ? [] : ['content-length', String(body.length)]
      const given = fields.flatMap(([name, , value]) => [name.toLowerCase(), value])
      const [rawPath = '', ...query] = target.split('?')

      const request = readPlain(bytes, LIMIT)

      t.match(request, { method, isLast: false, bodyStart: head.length })
      t.same(request?.headers, ['host', 'test:80', ...given, ...length])
      t.same(request?.target, { path: rawPath, rawPath, queryString: query.join('?') })
    }),
    { numRuns: 200 },
  )
})

t.test('a head with one control or non-ASCII byte is not plain', async (t) => {
  const bytes = Buffer.from(`${POST}hello`, 'latin1')
  const others = [...Array.from({ length: 32 }, (_, code) => code), 0x7f, 0x80, 0xa0, 0xff]
  for (let at = 0; at < POST.length; at++) {
    for (const other of others.filter((code) => code !== bytes[at])) {
      const changed = Buffer.from(bytes)
      changed[at] = other
      if (readPlain(changed, LIMIT) !== undefined) t.fail(`byte ${at} may be ${other}`)
    }
  }
})

t.test('an incomplete head, or one with further bytes, is not plain either', async (t) => {
  const text = `${POST}hello`
  t.ok(read(text))
  for (let length = 0; length < text.length; length++) {
    if (read(text.slice(0, length)) !== undefined) t.fail(`it is read up to byte ${length}`)
  }
  for (const more of ['\r\n', '\0', 'x', 'GET / HTTP/1.1\r\nHost: test\r\n\r\n']) {
    t.equal(read(text + more), undefined)
  }
})

t.test('close and keep-alive are read', async (t) => {
  const get = (value: string) => read(`GET / HTTP/1.1\r\nHost: a\r\nConnection: ${value}\r\n\r\n`)

  t.equal(get('close')?.isLast, true)
  t.equal(get('Close')?.isLast, true)
  t.equal(get('keep-alive')?.isLast, false)
  t.equal(get('Keep-Alive')?.isLast, false)
})

t.test('the limit of a head applies', async (t) => {
  t.ok(read(`${POST}hello`, POST.length))
  t.equal(read(`${POST}hello`, POST.length - 1), undefined)
})

const LINES = [
  ...['get / HTTP/1.1', 'CONNECT a:80 HTTP/1.1', 'TRACE / HTTP/1.1', 'PROPFIND / HTTP/1.1'],
  ...['GET * HTTP/1.1', 'OPTIONS * HTTP/1.1', 'GET http://test/ HTTP/1.1', 'GET a HTTP/1.1'],
  ...['GET /#a HTTP/1.1', 'GET /%zz HTTP/1.1', 'GET /%ff HTTP/1.1', 'GET /a b HTTP/1.1'],
  ...['GET  / HTTP/1.1', 'GET /  HTTP/1.1', 'GET / HTTP/1.0', 'GET / HTTP/1.2', 'GET / http/1.1'],
  ...['GET / HTTP/2.0', 'GET /', 'GET /" HTTP/1.1', 'GET /<> HTTP/1.1', 'GET /\\ HTTP/1.1'],
  ...[
    'GET /^ HTTP/1.1',
    'GET /` HTTP/1.1',
    'GET /{} HTTP/1.1',
    'GET /| HTTP/1.1',
    ' GET / HTTP/1.1',
  ],
]

const FIELDS = [
  ...[
    'Transfer-Encoding: chunked',
    'Transfer_Encoding: chunked',
    'Upgrade: websocket',
    'TE: trailers',
  ],
  ...['Expect: 100-continue', 'Trailer: a', 'Proxy-Connection: close', 'HTTP2-Settings: AAAA'],
  ...['Host: test', 'host: other', 'HOST: test', 'Content-Length: 0\r\nContent-Length: 0'],
  ...['Content-Length: 00', 'Content-Length: +0', 'Content-Length: -0', 'Content-Length: 0, 0'],
  ...[
    'Content-Length: 0x0',
    'Content-Length: 1',
    'Content-Length: 9999999999',
    'Content_Length: 0',
  ],
  ...['Connection: close, x', 'Connection: Upgrade', 'Connection: CLOSE', 'Connection: te'],
  ...['Connection: close\r\nConnection: close', 'Connection: close\r\nConnection: keep-alive'],
  ...['X:', 'X: ', 'X:  a', 'X: a ', 'X :a', ' X: a', 'X', ': a', 'X\t: a', 'X: a\r\n b', 'X.Y: a'],
]

const HOSTS = ['', 'a b', 'a/b', 'a@b', '[', 'a:1:2', 'a#', 'a"', 'a\\b']

t.test('a head that Node may read differently is left to Node', async (t) => {
  for (const line of LINES) t.equal(read(`${line}\r\nHost: test\r\n\r\n`), undefined, line)
  for (const field of FIELDS) {
    t.equal(read(`GET / HTTP/1.1\r\nHost: test\r\n${field}\r\n\r\n`), undefined, field)
    t.equal(read(`GET / HTTP/1.1\r\n${field}\r\nHost: test\r\n\r\n`), undefined, field)
  }
  for (const host of HOSTS) {
    t.equal(read(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`), undefined, host)
  }
  t.equal(read('GET / HTTP/1.1\r\n\r\n'), undefined, 'no host')
  t.equal(read('\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n'), undefined, 'an empty line before it')
})

t.test('takes linear time', async (t) => {
  const heads: ((size: number) => string)[] = [
    (size) => `GET /${'a'.repeat(size)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    (size) => `GET /${'%41'.repeat(size / 3)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    (size) => `GET / HTTP/1.1\r\nHost: a\r\nX: ${' '.repeat(size)}\r\n\r\n`,
    (size) => `GET / HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(size / 6)}\r\n`,
    (size) => `GET / HTTP/1.1\r\nHost: ${'a.'.repeat(size / 2)}\r\n\r\n`,
    (size) => `GET / HTTP/1.1\r\nHost: a\r\n${'a'.repeat(size)}`,
  ]
  for (const head of heads) {
    const bytes = (size: number): Buffer => Buffer.from(head(size))
    assertLinear(t, bytes, (input) => readPlain(input, Number.POSITIVE_INFINITY))
  }
})
