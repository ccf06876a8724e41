// Makes what clients may send on one connection, good and bad, in pieces: all of it by a seed.
import { RAW_REQUESTS } from './rawrequests.ts'

/** Numbers from 0 up to a limit, the same ones for the same seed. */
export type Draw = (limit: number) => number

/** Draws by a seed (the "mulberry32" generator). */
export function drawing(seed: number): Draw {
  let state = seed >>> 0
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * limit)
  }
}

function oneOf<T>(draw: Draw, all: readonly T[]): T {
  return all[draw(all.length)] as T
}

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const TARGETS = [
  '/',
  '/?a=b&c=%20d',
  '/a/b%2Fc',
  '/parts',
  '/lengthy',
  '/none',
  '/unread',
  '/fails',
]
const MORE_TARGETS = [
  '/cut',
  '/empty',
  '/large',
  '/unchanged',
  '/reset',
  '/hinted',
  '/handed',
  '/%C3%BC',
  "/!'()",
]
const FIELDS = [
  'Accept: */*',
  'accept-encoding: gzip, deflate, br',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64)',
  'Cookie: a=b; c="d e"',
  'Connection: keep-alive',
  'X_Under: score',
  'X-Twice: 1',
  'X-Twice: 2',
  'Content-Type: application/json',
  'X-Tight:value',
  'If-None-Match: W/"abc", "d"',
]

/** A request that is as it should be. */
export function soundRequest(draw: Draw): string {
  const target = oneOf(draw, draw(2) === 0 ? TARGETS : MORE_TARGETS)
  const fields = Array.from({ length: draw(5) }, () => oneOf(draw, FIELDS))
  const body = draw(3) === 0 ? 'x'.repeat(draw(40)) : ''
  if (body !== '' || draw(8) === 0) fields.push(`Content-Length: ${body.length}`)
  if (draw(12) === 0) fields.push('Connection: close')
  return `${oneOf(draw, METHODS)} ${target} HTTP/1.1\r\n${['Host: test', ...fields].join('\r\n')}\r\n\r\n${body}`
}

/**
 * How bytes before one reader were hidden from another: published cases of several proxies and servers,
 * in words of our own.
 */
const SMUGGLED: readonly string[] = [
  ...['Transfer-Encoding : chunked', 'Transfer-Encoding:\tchunked', ' Transfer-Encoding: chunked'],
  ...['Transfer-Encoding: chunked\r\n ', 'X: y\r\n Transfer-Encoding: chunked'],
  ...[
    'Transfer-Encoding: \x0bchunked',
    'Transfer-Encoding: "chunked"',
    'Transfer_Encoding: chunked',
  ],
  ...[
    'Transfer-Encoding: chunked\0',
    'Transfer-Encoding:\xa0chunked',
    'X: y\nTransfer-Encoding: chunked',
  ],
  ...[
    'Transfer-Encoding: identity',
    'Transfer-Encoding: chunked, identity',
    'Transfer\r-Encoding: chunked',
  ],
  ...['Content-Length : 5', 'Content-Length:5 ', 'Content-Length: 5\t', 'Content-Length: 0_5'],
  ...['Content-Length: 5,5', 'Content-Length: -0', 'Content-Length: 5.0', 'Content-Length: 1e1'],
  ...['Content-Length:\r\n 5', 'Content_Length: 5', 'Content-Length: 5\x0b', '\rContent-Length: 5'],
  ...[
    'Content-Length: \xb2',
    'Content-Length: 0\r\nContent-Length: 5',
    'Content-Length: 4294967301',
  ],
  ...[
    'Host: evil',
    'Host : evil',
    'X: y\r\n\tHost: evil',
    'Host: test:80@evil',
    'Host: [',
    'Host:',
  ],
  ...[
    'Expect: 100-continue',
    'Expect: x',
    'Upgrade: websocket\r\nConnection: Upgrade',
    'Upgrade: h2c',
  ],
  ...['Connection: Content-Length', 'Connection: close, Host', 'Connection: keep-alive, close'],
  ...[
    'Proxy-Connection: close',
    'Proxy-Connection: keep-alive',
    'Connection: CLOSE',
    'Keep-Alive: x',
  ],
  ...[
    'X: y ',
    'X:  y',
    'TE: trailers',
    'Trailer: Content-Length',
    'X:',
    'X: ',
    ': y',
    'X',
    '',
    'X: \x7f',
    'X: \x1b',
    '\0: y',
  ],
  ...[
    'X: a\rb',
    'X: a\r\r\nb: c',
    '\xe9: y',
    'X: \xe9',
    'X: \ty',
    '"X": y',
    'X[]: y',
    'X: y\r',
    '\r',
  ],
  ...[
    'GET /hidden HTTP/1.1',
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'HTTP2-Settings: AAAA',
  ],
]

/** What is put somewhere, or stands in place of something. */
const BITS: readonly string[] = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    '\t',
    '\0',
    ':',
    '\x0b',
    '\x0c',
    '\x7f',
    '\x80',
    '\xff',
    '#',
  ],
  ...[
    '%',
    '/',
    '?',
    '*',
    '@',
    '0',
    '5',
    'HTTP/1.1',
    'HTTP/1.0',
    'http://test/',
    'GET / HTTP/1.1\r\n',
  ],
  ...[
    '0\r\n\r\n',
    '5\r\nhello\r\n',
    'A: b\r\n',
    'a'.repeat(20_000),
    '"',
    '<',
    '^',
    '`',
    '{',
    '|',
    '\\',
  ],
]

/** The same with a field or more that should not be there. */
function smuggling(draw: Draw): string {
  const request = soundRequest(draw)
  const field = oneOf(draw, SMUGGLED)
  const lines = request.split('\r\n')
  const last = lines.indexOf('')
  lines.splice(1 + draw(last), 0, field)
  return lines.join('\r\n') + oneOf(draw, ['', '', 'hello', '5\r\nhello\r\n0\r\n\r\n', '0\r\n\r\n'])
}

function mutated(draw: Draw, bytes: string): string {
  let text = bytes
  for (let count = 1 + draw(2); count > 0; count--) {
    const at = draw(text.length)
    const bit = oneOf(draw, BITS)
    const kind = draw(5)
    if (kind === 0) text = text.slice(0, at) + bit + text.slice(at)
    else if (kind === 1) text = text.slice(0, at) + bit + text.slice(at + bit.length)
    else if (kind === 2) text = text.slice(0, at) + text.slice(at + 1 + draw(4))
    else if (kind === 3)
      text = text.slice(0, at) + String.fromCharCode(draw(256)) + text.slice(at + 1)
    else text = swapCase(text, at)
  }
  return text
}

function swapCase(text: string, at: number): string {
  const character = text.charAt(at)
  const swapped =
    character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase()
  return text.slice(0, at) + (swapped.length === 1 ? swapped : character) + text.slice(at + 1)
}

function message(draw: Draw): string {
  const kind = draw(12)
  if (kind < 6) return soundRequest(draw)
  if (kind < 8) return smuggling(draw)
  if (kind < 9) return oneOf(draw, RAW_REQUESTS).bytes
  if (kind < 10) return mutated(draw, oneOf(draw, RAW_REQUESTS).bytes)
  return mutated(draw, kind === 10 ? soundRequest(draw) : smuggling(draw))
}

/**
 * What asks for an interim response. If it came in one packet with the request before it, it hangs on
 * ticks whether Node sends one, as the head of the final one may go out first.
 */
const INTERIM = /\/hinted|100-continue/i

/** One to four messages, together or apart, whole or in two or three pieces. */
export function conversation(seed: number): string[] {
  const draw = drawing(seed)
  const pieces: string[] = []
  let isJoined = false
  for (let count = 1 + draw(4); count > 0; count--) {
    const text = message(draw)
    if (isJoined && !INTERIM.test(text)) pieces.push((pieces.pop() ?? '') + text)
    else if (draw(3) === 0) pieces.push(...broken(draw, text))
    else pieces.push(text)
    isJoined = draw(4) === 0
  }
  return pieces.filter((piece) => piece !== '')
}

function broken(draw: Draw, text: string): string[] {
  const at = draw(text.length)
  const rest = text.slice(at)
  const then = draw(rest.length)
  return draw(2) === 0
    ? [text.slice(0, at), rest]
    : [text.slice(0, at), rest.slice(0, then), rest.slice(then)]
}
