// Requests as bytes, and what a server may make of them: RFC 9110 and 9112, and what smugglers try.

/** What a server may answer, and whether the connection is open for another request afterwards. */
export interface RawRequest {
  readonly name: string
  readonly bytes: string
  readonly statuses: readonly number[]
  readonly after: 'open' | 'closed' | 'either'
}

type Row = readonly [name: string, bytes: string, statuses: number | readonly number[]]

/** A request with a Host field, and what follows that field. */
function get(rest = '\r\n', line = 'GET /'): string {
  return `${line} HTTP/1.1\r\nHost: test\r\n${rest}`
}

function post(rest: string): string {
  return get(rest, 'POST /')
}

function chunked(body: string, more = ''): string {
  return post(`Transfer-Encoding: chunked\r\n${more}\r\n${body}`)
}

/** Answered, and the next request too. */
const OPEN: readonly Row[] = [
  ['a GET', get(), 200],
  ['a HEAD', get('\r\n', 'HEAD /'), 200],
  ['a query', get('\r\n', 'GET /?a=b&c'), 200],
  ['an encoded path', get('\r\n', 'GET /%66%C3%BC'), 200],
  ['a path of all characters', get('\r\n', "GET /-._~!$&'()*+,;=:@"), 200],
  ['an absolute target', get('\r\n', 'GET http://test/'), 200],
  ['an absolute target without a path', get('\r\n', 'GET http://test?a'), 200],
  ['an absolute target of another host', get('\r\n', 'GET http://other:8000/'), 200],
  ['a scheme in upper case', get('\r\n', 'GET HTTP://test/'), 200],
  ['a PUT without a body', get('Content-Length: 0\r\n\r\n', 'PUT /'), 200],
  ['a PATCH', get('Content-Length: 2\r\n\r\nhi', 'PATCH /'), 200],
  ['a DELETE with a body', get('Content-Length: 2\r\n\r\nhi', 'DELETE /'), 200],
  ['a GET with a body', get('Content-Length: 2\r\n\r\nhi'), 200],
  ['a POST', post('Content-Length: 5\r\n\r\nhello'), 200],
  ['a POST without a length', post('\r\n'), 200],
  ['a length with zeros before it', post('Content-Length: 00005\r\n\r\nhello'), 200],
  ['a length with spaces around it', post('Content-Length:   5  \r\n\r\nhello'), 200],
  ['chunks', chunked('5\r\nhello\r\n0\r\n\r\n'), 200],
  ['no chunk but the last', chunked('0\r\n\r\n'), 200],
  ['a size in upper case', chunked('A\r\n0123456789\r\n0\r\n\r\n'), 200],
  ['a size with zeros before it', chunked('005\r\nhello\r\n000\r\n\r\n'), 200],
  ['a chunk extension', chunked('5;a=b\r\nhello\r\n0\r\n\r\n'), 200],
  ['a quoted chunk extension', chunked('5;a="b"\r\nhello\r\n0;c\r\n\r\n'), 200],
  ['a trailer', chunked('5\r\nhello\r\n0\r\nA: b\r\n\r\n', 'Trailer: a\r\n'), 200],
  ['a trailer that names the framing', chunked('0\r\nContent-Length: 9\r\n\r\n'), [200, 400]],
  ['a coding in mixed case', post('Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n'), 200],
  ['a name in upper case', get('CONTENT-LENGTH: 2\r\n\r\nhi', 'POST /'), 200],
  ['an expectation', post('Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi'), 200],
  ['a field without a value', get('X:\r\n\r\n'), 200],
  ['a value with tabs', get('X:\ta\tb\t\r\n\r\n'), 200],
  ['a value beyond ASCII', get('X: caf\xe9\r\n\r\n'), 200],
  ['the same field twice', get('X: a\r\nX: b\r\n\r\n'), 200],
  ['a name of all characters', get("!#$%&'*+-.^_`|~0aA: x\r\n\r\n"), 200],
  ['a name that objects have', get('__proto__: x\r\nconstructor: y\r\n\r\n'), 200],
  ['two Cookie fields', get('Cookie: a=b\r\nCookie: c=d\r\n\r\n'), 200],
  ['a long value', get(`X: ${'y'.repeat(8_000)}\r\n\r\n`), 200],
  ['three hundred fields', get(`${'A: b\r\n'.repeat(300)}\r\n`), 200],
  ['a connection that is kept', get('Connection: keep-alive\r\n\r\n'), 200],
  ['a connection field that names another', get('X: y\r\nConnection: x\r\n\r\n'), 200],
  ['trailers that are accepted', get('TE: trailers\r\nConnection: TE\r\n\r\n'), 200],
  ['an upgrade that Connection does not name', get('Upgrade: h2c\r\n\r\n'), 200],
  ['an empty line before it', `\r\n${get()}`, 200],
  ['a host with a port', 'GET / HTTP/1.1\r\nHost: test:8080\r\n\r\n', 200],
  ['an IPv6 host', 'GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n', 200],
  ['a host with an underscore', 'GET / HTTP/1.1\r\nHost: a_b\r\n\r\n', 200],
]

/** Answered; whether that is all depends on the 100, which is sent or not. */
const EITHER: readonly Row[] = [
  ['an expectation without a body', get('Expect: 100-continue\r\n\r\n'), 200],
]

/** Answered, but nothing else on that connection. */
const LAST: readonly Row[] = [
  ['a close', get('Connection: close\r\n\r\n'), 200],
  ['a close in upper case', get('CONNECTION: CLOSE\r\n\r\n'), 200],
  ['a close in a list', get('Connection: x, close\r\n\r\n'), 200],
  ['a close behind a body', post('Connection: close\r\nContent-Length: 2\r\n\r\nhi'), 200],
  ['HTTP/1.0', 'GET / HTTP/1.0\r\nHost: test\r\n\r\n', 200],
  ['HTTP/1.0 without a host', 'GET / HTTP/1.0\r\n\r\n', 200],
  ['HTTP/1.0 with a body', 'POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi', 200],
  ['an upgrade to h2c', get('Connection: upgrade\r\nUpgrade: h2c\r\n\r\n'), 200],
  [
    'an upgrade to h2c with a body',
    post('Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi'),
    200,
  ],
  ['an unknown upgrade', get('Connection: keep-alive, Upgrade\r\nUpgrade: x/1\r\n\r\n'), 200],
]

/** Refused, and nothing else on that connection. */
const REFUSED: readonly Row[] = [
  ['a GET of *', get('\r\n', 'GET *'), 400],
  ['a POST of *', get('\r\n', 'POST *'), 400],
  ['a path without a slash', get('\r\n', 'GET path'), 400],
  ['a target with a fragment', get('\r\n', 'GET /#a'), 400],
  ['a target of another scheme', get('\r\n', 'GET ftp://test/'), 400],
  ['an authority as the target', get('\r\n', 'GET test:80'), 400],
  ['an escape that is none', get('\r\n', 'GET /%zz'), 400],
  ['an escape that is no UTF-8', get('\r\n', 'GET /%ff'), 400],
  ['a space in the target', get('\r\n', 'GET /a b'), 400],
  ['no target', get('\r\n', 'GET'), 400],
  ['no version', 'GET /\r\nHost: test\r\n\r\n', 400],
  ['HTTP/0.9', 'GET / HTTP/0.9\r\nHost: test\r\n\r\n', [400, 505]],
  ['HTTP/1.2', 'GET / HTTP/1.2\r\nHost: test\r\n\r\n', [400, 505]],
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: test\r\n\r\n', [400, 505]],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 505]],
  ['a version in lower case', 'GET / http/1.1\r\nHost: test\r\n\r\n', 400],
  ['a method in lower case', get('\r\n', 'get /'), 400],
  ['an unknown method', get('\r\n', 'SMUGGLE /'), [400, 501]],
  ['a tab in the request line', 'GET\t/ HTTP/1.1\r\nHost: test\r\n\r\n', 400],
  ['bare line feeds', 'GET / HTTP/1.1\nHost: test\n\n', 400],
  ['a bare line feed behind a field', get('A: b\nC: d\r\n\r\n'), 400],
  ['a bare carriage return', get('X: a\rb\r\n\r\n'), 400],
  ['a null byte', get('X: a\0b\r\n\r\n'), 400],
  ['a control character in a name', get('X\x01: a\r\n\r\n'), 400],
  ['a space before the colon', get('X : a\r\n\r\n'), 400],
  ['a field without a name', get(': a\r\n\r\n'), 400],
  ['a field without a colon', get('nonsense\r\n\r\n'), 400],
  ['a folded field', get('X: a\r\n b\r\n\r\n'), 400],
  ['a first field that begins with a space', 'GET / HTTP/1.1\r\n Host: test\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['two hosts', get('Host: other\r\n\r\n'), 400],
  ['a host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['a host with a user', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n', 400],
  ['a host with two ports', 'GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n', 400],
  ['two lengths', post('Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'), 400],
  ['the same length twice', post('Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello'), 400],
  ['a list of lengths', post('Content-Length: 5, 5\r\n\r\nhello'), 400],
  ['a signed length', post('Content-Length: +5\r\n\r\nhello'), 400],
  ['a length in hex', post('Content-Length: 0x5\r\n\r\nhello'), 400],
  ['an empty length', post('Content-Length:\r\n\r\n'), 400],
  ['a length of 2^64', post('Content-Length: 18446744073709551616\r\n\r\n'), 400],
  ['a length and chunks', chunked('0\r\n\r\n', 'Content-Length: 5\r\n'), 400],
  ['two codings', post('Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'), [400, 501]],
  ['chunked twice', post('Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n'), [400, 501]],
  ['chunked, not last', post('Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n'), [400, 501]],
  ['an unknown coding', post('Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'), [400, 501]],
  ['two coding fields', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked\r\n'), 400],
  ['chunks in HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['a size that is none', chunked('g\r\nhello\r\n0\r\n\r\n'), 400],
  ['a signed size', chunked('+5\r\nhello\r\n0\r\n\r\n'), 400],
  ['a size with 0x', chunked('0x5\r\nhello\r\n0\r\n\r\n'), 400],
  ['a size of 2^64', chunked('10000000000000000\r\nhello\r\n0\r\n\r\n'), 400],
  ['a size ended by a line feed', chunked('5\nhello\r\n0\r\n\r\n'), 400],
  ['a chunk longer than its size', chunked('5\r\nhello!\r\n0\r\n\r\n'), 400],
  ['an unknown expectation', get('Expect: 200-ok\r\nConnection: close\r\n\r\n'), 417],
  ['a head that is too large', get(`X: ${'y'.repeat(17_000)}\r\n\r\n`), 431],
]

function rows(all: readonly Row[], after: RawRequest['after']): RawRequest[] {
  return all.map(([name, bytes, statuses]) => ({
    name,
    bytes,
    statuses: typeof statuses === 'number' ? [statuses] : statuses,
    after,
  }))
}

export const RAW_REQUESTS: readonly RawRequest[] = [
  ...rows(OPEN, 'open'),
  ...rows(EITHER, 'either'),
  ...rows(LAST, 'closed'),
  ...rows(REFUSED, 'closed'),
]
