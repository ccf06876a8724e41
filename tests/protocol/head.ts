import t from 'tap'
import { ProtocolError } from '../../lib/exceptions.ts'
import { readHead, readTrailers } from '../../lib/protocol/head.ts'
import type { HeaderList, HTTPResponseStartMessage } from '../../lib/types.ts'
import { httpScope } from '../support/scopes.ts'
import { listening, request } from '../support/sockets.ts'

function start(
  headers: HeaderList,
  overrides: Partial<HTTPResponseStartMessage> = {},
): HTTPResponseStartMessage {
  return { type: 'http.response.start', status: 200, headers, ...overrides }
}

const GET = httpScope()
const WITH_TE = httpScope({ headers: ['host', 'test', 'te', 'trailers, deflate;q=0.5'] })

t.test('keeps order and duplicates, and does not change the given list', async (t) => {
  const headers = ['set-cookie', 'a=1', 'x', '1', 'set-cookie', 'b=2']

  const head = readHead(start(headers), GET)

  t.same(head.headers, ['set-cookie', 'a=1', 'x', '1', 'set-cookie', 'b=2'])
  t.same(headers, ['set-cookie', 'a=1', 'x', '1', 'set-cookie', 'b=2'])
  t.equal(head.length, undefined)
  t.notOk(head.bodyless)
})

t.test('drops framing fields of the app', async (t) => {
  for (const name of [
    ...['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection'],
  ]) {
    t.same(readHead(start(['a', 'b', name, 'gzip', 'c', 'd']), GET).headers, ['a', 'b', 'c', 'd'])
  }
})

t.test('reads content-length, and sends one of it', async (t) => {
  const head = readHead(start(['content-length', '5', 'content-length', '5']), GET)

  t.equal(head.length, 5)
  t.same(head.headers, ['content-length', '5'])
})

t.test('a 204 has no content-length, a 304 may have one (RFC 9110 section 8.6)', async (t) => {
  const headers = ['content-length', '5']

  t.same(readHead(start(headers, { status: 204 }), GET).headers, [])
  t.same(readHead(start(headers, { status: 304 }), GET).headers, headers)
  t.ok(readHead(start(headers, { status: 204 }), GET).bodyless)
  t.ok(readHead(start(headers, { status: 304 }), GET).dropsBody)
})

t.test('a 205 has no content, and content-length 0 (RFC 9110 section 15.3.6)', async (t) => {
  for (const headers of [[], ['content-length', '5']]) {
    const head = readHead(start(['a', 'b', ...headers], { status: 205 }), GET)
    t.same(head.headers, ['a', 'b', 'content-length', '0'])
    t.ok(head.bodyless)
    t.ok(head.dropsBody)
  }
})

t.test('a HEAD has no body', async (t) => {
  const head = readHead(start([]), httpScope({ method: 'HEAD' }))

  t.ok(head.dropsBody)
  t.notOk(head.bodyless)
})

t.test('trailers need chunks, so content-length is dropped', async (t) => {
  const head = readHead(start(['content-length', '5'], { trailers: true }), WITH_TE)

  t.ok(head.trailers)
  t.ok(head.sendsTrailers)
  t.equal(head.length, undefined)
  t.same(head.headers, [])
})

t.test('trailers are announced only to clients that get them', async (t) => {
  const headers = ['trailer', 'x']
  const te = { headers: WITH_TE.headers }
  const announced = (scope = GET, status = 200, trailers = true): boolean =>
    readHead(start(headers, { status, trailers }), scope).headers.length > 0

  t.ok(announced(WITH_TE))
  t.ok(announced(httpScope({ headers: ['te', 'gzip', 'te', 'Trailers'] })))
  t.notOk(announced(GET))
  t.notOk(announced(httpScope({ headers: ['x', 'te', 'y', 'trailers'] })))
  t.notOk(announced(httpScope({ headers: ['te', 'no-trailers'] })))
  t.notOk(announced(WITH_TE, 200, false))
  t.notOk(announced(WITH_TE, 204))
  t.notOk(announced(httpScope({ ...te, method: 'HEAD' })))
  t.notOk(announced(httpScope({ ...te, httpVersion: '1.0' })))
})

t.test('statuses from 200 to 599 are sent', async (t) => {
  for (const status of [200, 299, 404, 599]) {
    t.equal(readHead(start([], { status }), GET).status, status)
  }
  for (const status of [0, 99, 100, 101, 103, 199, 600, 1000, 200.5, Number.NaN, -200]) {
    t.throws(() => readHead(start([], { status }), GET), {
      message: `http.response.start: the status must be an integer from 200 to 599, ${status} was sent. Nothing of it was sent to the client.`,
    })
  }
})

const FAULTY: [HeaderList, RegExp][] = [
  [['a'], /a flat list of names and values, an odd number was sent/],
  [['', 'x'], /a name must consist of .*, "" was sent/],
  [['a b', 'x'], /a name must consist of .*, "a b" was sent/],
  [['a:', 'x'], /a name must consist of .*, "a:" was sent/],
  [['a\r\nb', 'x'], /a name must consist of/],
  [['caf\xe9', 'x'], /a name must consist of/],
  [[':status', '200'], /a name must consist of .*, ":status" was sent/],
  [['a', 'x\r\nset-cookie: y'], /the value of "a" must be latin-1 text without control/],
  [['a', 'x\ny'], /the value of "a" must be/],
  [['a', 'x\ry'], /the value of "a" must be/],
  [['a', 'x\0y'], /the value of "a" must be/],
  [['a', '\u0100'], /the value of "a" must be/],
  [['content-length', '-1'], /content-length must be a number of bytes, "-1" was/],
  [['content-length', ''], /content-length must be a number of bytes, "" was/],
  [['content-length', '5, 5'], /content-length must be a number of bytes, "5, 5" was/],
  [['content-length', '1e3'], /content-length must be a number of bytes, "1e3" was/],
  [['content-length', '5', 'content-length', '6'], /content-length was sent twice/],
]

for (const [headers, message] of FAULTY) {
  t.test(`refuses ${JSON.stringify(headers)} (advisory 75)`, async (t) => {
    t.throws(() => readHead(start(headers), GET), message)
    t.throws(() => readHead(start(headers), GET), { name: 'ProtocolError' })
  })
}

t.test('a field is checked again when it has another value', async (t) => {
  const good = ['x-checked', 'yes']
  for (let time = 0; time < 2; time++) t.same(readHead(start(good), GET).headers, good)

  for (const bad of ['no\r\nset-cookie: a=1', 'ā', 7 as never]) {
    t.throws(() => readHead(start(['x-checked', bad]), GET), {
      name: 'ProtocolError',
      message: /the value of "x-checked" must be latin-1 text without control characters/,
    })
  }
  const long = ['x-checked', 'y'.repeat(2000)]
  for (let time = 0; time < 2; time++) t.same(readHead(start(long), GET).headers, long)
  t.throws(() => readHead(start(['x-checked', `${'y'.repeat(2000)}\n`]), GET), ProtocolError)
})

t.test('refuses values that are not lists, and fields that are not text', async (t) => {
  const wrong: unknown[] = [undefined, null, 'a', {}, [['a', 'b']], ['a', 1], [1, 'a']]
  for (const headers of wrong) {
    // What JavaScript, without types, may send.
    t.throws(() => readHead(start(headers as HeaderList), GET), ProtocolError)
  }
})

t.test('trailers never change the framing', async (t) => {
  const headers = [
    ...['x-sum', '1', 'content-length', '5', 'transfer-encoding', 'chunked'],
    ...['trailer', 'x', 'connection', 'close'],
  ]

  t.same(readTrailers({ type: 'http.response.trailers', headers }), ['x-sum', '1'])
  t.throws(
    () => readTrailers({ type: 'http.response.trailers', headers: ['a', 'x\r\ny'] }),
    /^http.response.trailers: the value of "a" must be/,
  )
})

t.test('on the wire order, case and latin-1 are kept', async (t) => {
  const headers = ['x-a', 'caf\xe9', 'set-cookie', 'a=1', 'set-cookie', 'b=2', 'x-a', '2']
  const { talk } = await listening(
    t,
    async (_scope, _receive, send) => {
      await send({
        type: 'http.response.start',
        status: 200,
        headers: [...headers, 'transfer-encoding', 'gzip', 'connection', 'upgrade'],
      })
      await send({ type: 'http.response.body' })
    },
    { lifespan: 'off' },
  )

  const received = await talk(request('GET /', ['connection: close']))

  t.match(
    received,
    /^HTTP\/1\.1 200 OK\r\nx-a: caf\xe9\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nx-a: 2\r\ncontent-length: 0\r\nconnection: close\r\nDate: [^\r]+\r\n\r\n$/,
  )
})
