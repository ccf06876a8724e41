import t from 'tap'
import { HTTPException } from '../../../lib/exceptions.ts'
import {
  type RequestRules,
  readFraming,
  requestFields,
} from '../../../lib/interop/proxy/requestfields.ts'
import { httpScope } from '../../support/scopes.ts'

const RULES: RequestRules = {
  authority: 'up:1',
  keepHost: false,
  forwarded: 'none',
  trustForwarded: false,
  via: '',
}

function sent(headers: readonly string[], rules: Partial<RequestRules> = {}): readonly string[] {
  return requestFields(httpScope({ headers }), { ...RULES, ...rules })
}

t.test('sends end-to-end fields in order, with duplicates, and cookies in one field', async (t) => {
  const before = ['host', 'a', 'x-b', '1', 'cookie', 'c', 'x-b', '2', 'cookie', 'd', 'x-e', 'ÿ']
  const after = ['host', 'up:1', 'x-b', '1', 'cookie', 'c; d', 'x-b', '2', 'x-e', 'ÿ']

  t.same(sent(before), after)
})

t.test('sends no hop-by-hop or framing fields', async (t) => {
  const headers = [
    ['host', 'a'],
    ['connection', 'keep-alive, x-hop, upgrade'],
    ['keep-alive', 'timeout=5'],
    ['te', 'trailers'],
    ['trailer', 'x'],
    ['upgrade', 'h2c'],
    ['http2-settings', 'x'],
    ['proxy-authorization', 'x'],
    ['proxy-connection', 'x'],
    ['transfer-encoding', 'chunked'],
    ['content-length', '1'],
    ['expect', '100-continue'],
    ['x-hop', '1'],
    ['content-type', 'text/plain;  Charset=X'],
  ].flat()

  t.same(sent(headers), ['host', 'up:1', 'content-type', 'text/plain;  Charset=X'])
})

t.test('the host is the target, or the received Host', async (t) => {
  t.same(sent(['host', 'a:2'], { keepHost: true }), ['host', 'a:2'])
  t.same(sent([], { keepHost: true }), ['host', 'up:1'])
})

t.test('forwarded fields of the client are not trusted', async (t) => {
  const headers = ['host', 'a', 'x-forwarded-for', 'evil', 'x_forwarded_for', 'evil', 'x-b', '1']
  const told = [
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-host', 'a'],
    ['x-forwarded-proto', 'http'],
  ].flat()

  t.same(sent(headers), ['host', 'up:1', 'x-b', '1'])
  t.same(sent(headers, { forwarded: 'x-forwarded' }), ['host', 'up:1', 'x-b', '1', ...told])
  t.same(sent(headers, { trustForwarded: true }), [
    'host',
    'up:1',
    'x-b',
    '1',
    ...headers.slice(2, 6),
  ])
})

t.test('Connection cannot remove fields that are added here', async (t) => {
  const headers = ['connection', 'x-auth, x-forwarded-for, via, host', 'x-auth', 'evil', 'via', 'x']
  const rules = {
    forwarded: 'x-forwarded',
    via: 'me',
    requestHeaders: (fields) => fields.set('x-auth', 'ada'),
  } satisfies Partial<RequestRules>

  t.same(sent(headers, rules), [
    'host',
    'up:1',
    'x-forwarded-for',
    '127.0.0.1',
    'x-forwarded-proto',
    'http',
    'via',
    '1.1 me',
    'x-auth',
    'ada',
  ])
})

t.test('an option may set the host, but not the framing', async (t) => {
  const requestHeaders: RequestRules['requestHeaders'] = (headers, scope) => {
    headers.set('host', scope.path).set('content-length', '9').set('te', 'x').set('expect', 'y')
    headers.set('transfer-encoding', 'chunked').append('x-a', '1')
  }

  t.same(sent(['host', 'a'], { requestHeaders }), ['host', '/', 'x-a', '1'])
})

t.test('a request that already passed through here is refused', async (t) => {
  const via = (value: string): readonly string[] => sent(['via', value], { via: 'me' })

  t.same(via('1.0 other, 1.1 me2 (me)'), [
    'host',
    'up:1',
    'via',
    '1.0 other, 1.1 me2 (me)',
    'via',
    '1.1 me',
  ])
  for (const value of ['1.1 me', '1.0 other, 1.1 me (comment)', 'HTTP/1.1\tme']) {
    t.throws(() => via(value), { name: 'HTTPException', status: 508 }, value)
  }
  t.same(sent(['via', '1.1 me']), ['host', 'up:1', 'via', '1.1 me'])
})

t.test('rejects invalid fields', async (t) => {
  for (const headers of [
    ['x-a', 'b\r\nx-c: d'],
    ['x-a', 'b\0'],
    ['x-a', 'Ā'],
    ['x a', 'b'],
    ['', 'b'],
    ['x-a:', 'b'],
  ]) {
    t.throws(() => sent(headers), new HTTPException(400), JSON.stringify(headers))
  }
})

t.test('ambiguous framing is refused', async (t) => {
  const framing = (headers: string[], httpVersion = '1.1'): unknown => {
    const { length } = readFraming(httpScope({ headers, httpVersion }))
    return length ?? 'chunks'
  }
  t.equal(framing([]), 0)
  t.equal(framing(['content-length', '12']), 12)
  t.equal(framing(['transfer-encoding', 'Chunked']), 'chunks')
  t.equal(framing([], '2'), 'chunks')
  t.equal(framing(['content-length', '5'], '2'), 5)
  for (const headers of [
    ['content-length', '1', 'content-length', '1'],
    ['content-length', '1', 'transfer-encoding', 'chunked'],
    ['transfer-encoding', 'chunked', 'transfer-encoding', 'chunked'],
    ['transfer-encoding', 'gzip, chunked'],
    ['transfer-encoding', 'identity'],
    ['content-length', '+1'],
    ['content-length', '1, 1'],
    ['content-length', '0x1'],
    ['content-length', ''],
    ['content-length', '1'.repeat(16)],
  ]) {
    t.throws(() => framing(headers), new HTTPException(400), JSON.stringify(headers))
  }
})

t.test('reads Expect and TE of the client', async (t) => {
  const read = (headers: string[], httpVersion = '1.1') => {
    const { expectsContinue, acceptsTrailers } = readFraming(httpScope({ headers, httpVersion }))
    return [expectsContinue, acceptsTrailers]
  }
  t.same(read([]), [false, false])
  t.same(read(['expect', '100-Continue', 'te', 'gzip, trailers']), [true, true])
  t.same(read(['expect', '100-continue'], '1.0'), [false, false])
})
