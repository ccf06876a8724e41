import t from 'tap'
import { chain } from '../../lib/internal/apps.ts'
import { compress } from '../../lib/middleware/compress.ts'
import { etag, etagFor } from '../../lib/middleware/etag.ts'
import { toApp } from '../../lib/responses/response.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { lint } from '../../lib/testing/lint.ts'
import {
  type App,
  type ReceiveMessage,
  SENT,
  type Send,
  type SendMessage,
} from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertUntouched } from '../support/untouched.ts'

const TAG = '"LPJNul-wow4m6Dsqxbninh"'
const hello = (headers = {}, status = 200): App =>
  toApp(new PlainTextResponse('hello', { headers, status }), 'the test')

async function run(app: App, headers: string[] = [], method = 'GET', options = {}) {
  const wrapped = chain(lint(), etag(options), lint())(app)
  return responseOf(await call(wrapped, httpScope({ method, headers: ['host', 'a', ...headers] })))
}

t.test('adds a tag to a whole body', async (t) => {
  const { status, headers, text } = await run(hello())

  t.same([status, headers.get('etag'), text], [200, TAG, 'hello'])
  t.equal(headers.get('content-length'), '5')
})

t.test('adds a weak tag on request', async (t) => {
  t.equal((await run(hello(), [], 'GET', { weak: true })).headers.get('etag'), `W/${TAG}`)
})

// Advisory row 45.
t.test('hono f8b7847d: answers 304 by weak comparison', async (t) => {
  for (const field of [TAG, `W/${TAG}`, `"b" , W/${TAG}`, `"a,b",${TAG}`, '*']) {
    for (const method of ['GET', 'HEAD']) {
      const app = hello({ vary: 'accept', 'cache-control': 'max-age=1', 'set-cookie': 'a=1' })
      const { status, headers, text } = await run(app, ['if-none-match', field], method)

      t.same([status, text], [304, ''], field)
      t.same(headers.toJSON(), {
        vary: 'accept',
        'cache-control': 'max-age=1',
        'set-cookie': 'a=1',
        etag: TAG,
      })
    }
  }
  for (const field of ['"b"', TAG.slice(1, -1), `"a,${TAG}`, '']) {
    t.equal((await run(hello(), ['if-none-match', field])).status, 200, field)
  }
})

// Advisory row 45.
t.test('hono f8b7847d: If-Match is compared strongly', async (t) => {
  t.equal((await run(hello(), ['if-match', TAG])).status, 200)
  const { status, headers, text } = await run(hello(), ['if-match', `W/${TAG}`])

  t.same([status, text, headers.get('etag')], [412, 'Precondition Failed', null])
})

t.test('keeps the tag and the date of the app, and compares with them', async (t) => {
  const date = 'Thu, 10 Oct 2013 21:40:00 GMT'
  const app = hello({ etag: '"own"', 'last-modified': date })

  t.equal((await run(app)).headers.get('etag'), '"own"')
  t.equal((await run(app, ['if-none-match', '"own"'])).status, 304)
  t.equal((await run(app, ['if-modified-since', date])).status, 304)
  t.equal((await run(app, ['if-none-match', TAG])).status, 200)
})

t.test('other responses get no tag', async (t) => {
  t.equal((await run(hello({}, 404), ['if-none-match', '*'])).status, 404)
  t.equal((await run(hello({}, 404))).headers.get('etag'), null)
  t.equal((await run(hello({ 'cache-control': 'no-store' }))).headers.get('etag'), null)
  t.equal((await run(hello(), ['if-none-match', '*'], 'POST')).headers.get('etag'), null)
  t.equal((await run(hello(), [], 'GET', { maxSize: 4 })).headers.get('etag'), null)
  t.equal((await run(hello(), [], 'GET', { maxSize: 5 })).headers.get('etag'), TAG)
})

t.test('a stream passes unchanged', async (t) => {
  const app = toApp(new StreamingResponse(['a', 'b'], { headers: { etag: '"a"' } }), 'the test')
  const { status, text } = await run(app, ['if-none-match', '"a"'])

  t.same([status, text], [200, 'ab'])
})

t.test('a HEAD has the tag of the GET, if it has a body', async (t) => {
  const empty: App = async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: ['content-length', '5'] })
    await send({ type: 'http.response.body' })
  }

  t.equal((await run(hello(), [], 'HEAD')).headers.get('etag'), TAG)
  t.equal((await run(empty, [], 'HEAD')).headers.get('etag'), null)
})

t.test('an empty body has a tag too', async (t) => {
  const app = toApp(new PlainTextResponse(''), 'the test')

  t.equal((await run(app)).headers.get('etag'), etagFor(new Uint8Array(0)))
})

t.test('trailers and other messages pass, in order', async (t) => {
  const messages: SendMessage[] = [
    { type: 'http.response.debug', info: {} },
    { type: 'http.response.start', status: 200, headers: [], trailers: true },
    { type: 'http.response.body' },
    { type: 'http.response.trailers', headers: ['a', 'b'] },
  ]
  const hinted: SendMessage[] = [
    { type: 'http.response.start', status: 200, headers: [] },
    { type: 'http.response.debug', info: {} },
    { type: 'http.response.early_hint', links: [] },
    { type: 'http.response.body' },
  ]
  const sending =
    (list: readonly SendMessage[]): App =>
    async (_scope, _receive, send) => {
      for (const message of list) await send(message)
    }

  t.same(await call(etag()(sending(messages))), messages)
  t.same(
    (await call(etag()(sending(hinted)))).map(({ type }) => type.slice(14)),
    ['debug', 'start', 'early_hint', 'body'],
  )
})

t.test('an app that ends synchronously needs no turn', async (t) => {
  const receive = (): Promise<ReceiveMessage> => new Promise(() => {})

  t.equal(
    etag()(hello())(httpScope(), receive, () => SENT),
    SENT,
  )
})

t.test('a rejected send reaches the app', async (t) => {
  const gone = new Error('gone')
  const send: Send = () => Promise.reject(gone)

  await t.rejects(
    etag()(hello())(httpScope(), () => new Promise(() => {}), send),
    gone,
  )
})

t.test('compress weakens the tag, and a 304 has the weak one', async (t) => {
  const app = chain(compress({ minSize: 1 }), etag())(hello())
  const get = async (headers: string[]) =>
    responseOf(await call(app, httpScope({ headers: ['accept-encoding', 'gzip', ...headers] })))

  t.equal((await get([])).headers.get('etag'), `W/${TAG}`)
  const { status, headers } = await get(['if-none-match', `W/${TAG}`])
  t.same([status, headers.get('etag')], [304, `W/${TAG}`])
  t.equal(headers.get('vary'), 'Accept-Encoding')
})

// Advisory row 46.
t.test('on-headers CVE-2025-7339: a header list that is used again is not changed', async (t) => {
  const headers = Object.freeze(['a', 'b']) as string[]
  const app: App = async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers })
    await send({ type: 'http.response.body', body: Buffer.from('hello') })
  }

  for (let round = 0; round < 2; round++) t.equal((await run(app)).headers.get('etag'), TAG)
  t.same(headers, ['a', 'b'])
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, etag(), websocketScope()))

t.test('an invalid size throws at once', async (t) => {
  t.throws(() => etag({ maxSize: '9' as never }), { message: /a number of bytes, "9" was given/ })
  t.throws(() => etag({ maxSize: -1 }), {
    name: 'RangeError',
    message: 'etag: maxSize must be a number of bytes, -1 was given. Infinity means no limit.',
  })
})
