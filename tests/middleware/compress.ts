import { gunzipSync } from 'node:zlib'
import t from 'tap'
import type { Coding } from '../../lib/http/codings.ts'
import { Headers } from '../../lib/http/headers.ts'
import { chain } from '../../lib/internal/apps.ts'
import { compress, isCompressible } from '../../lib/middleware/compress.ts'
import { toApp } from '../../lib/responses/response.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { lint } from '../../lib/testing/lint.ts'
import { type App, type ReceiveMessage, SENT, type SendMessage } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'
import { NO_ZSTD, zstdDecompressSync } from '../support/zstd.ts'

const TEXT = 'x'.repeat(600)
const text = (content: string, headers = {}): App =>
  toApp(new PlainTextResponse(content, { headers }), 'the test')

/** What comes through `compress()`, which is watched from both sides. */
const run = (
  app: App,
  accept: string,
  options = {},
  scope: Parameters<typeof httpScope>[0] = {},
): Promise<SendMessage[]> =>
  call(
    chain(lint(), compress(options), lint())(app),
    httpScope({ headers: ['host', 'a', 'accept-encoding', accept], ...scope }),
  )

function headersOf([start]: readonly SendMessage[]): Headers {
  return new Headers(start?.type === 'http.response.start' ? start.headers : [])
}

function bodyOf(sent: readonly SendMessage[]): Buffer {
  return Buffer.concat(
    sent.flatMap((one) => (one.type === 'http.response.body' && one.body ? [one.body] : [])),
  )
}

// MW-GZIP-4
t.test('compresses a whole body', async (t) => {
  const sent = await run(text(TEXT, { etag: '"a"' }), 'gzip')
  const headers = headersOf(sent)

  t.equal(sent.length, 2)
  t.equal(gunzipSync(bodyOf(sent)).toString(), TEXT)
  t.equal(headers.get('content-length'), String(bodyOf(sent).byteLength))
  t.equal(headers.get('content-encoding'), 'gzip')
  t.equal(headers.get('vary'), 'Accept-Encoding')
  t.equal(headers.get('etag'), 'W/"a"')
})

// MW-GZIP-2, -13, advisory row 39.
const NEGOTIATED: readonly (readonly [accept: string, coding: string | null])[] = [
  ['', null],
  ['identity', null],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['notgzipped', null],
  ['gzip;q=0', null],
  ['br;q=0.5, gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['*', 'br'],
  ['*, br;q=0, zstd;q=0', 'gzip'],
  ['gzip;q=0.5, identity', null],
  [','.repeat(8192), null],
  ['gzip,'.repeat(3000), 'gzip'],
]

for (const [accept, coding] of NEGOTIATED) {
  t.test(`"${accept.slice(0, 40)}" gets ${coding ?? 'plain bytes'}`, async (t) => {
    // Again, since the choice is remembered.
    for (const app of [text(TEXT), text(TEXT)]) {
      const headers = headersOf(await run(app, accept))
      t.equal(headers.get('content-encoding'), coding)
      t.equal(headers.get('vary'), 'Accept-Encoding')
    }
  })
}

t.test('remembers choices, except long ones, and limits their number', async (t) => {
  const app = compress()(text(TEXT))
  const codingFor = async (accept: string): Promise<string | null> =>
    headersOf(await call(app, httpScope({ headers: ['accept-encoding', accept] }))).get(
      'content-encoding',
    )

  for (let number = 0; number < 70; number++) {
    t.equal(await codingFor(`gzip;q=0.${number}1`), 'gzip')
    t.equal(await codingFor(`x-${number}`), null)
  }
  t.equal(await codingFor(`${'y, '.repeat(100)}gzip`), 'gzip')
})

t.test('several fields are read as one', async (t) => {
  const headers = ['accept-encoding', 'br;q=0', 'accept-encoding', 'gzip']

  t.equal(headersOf(await run(text(TEXT), '', {}, { headers })).get('content-encoding'), 'gzip')
})

t.test('the codings and their order can be chosen', async (t) => {
  const options = { codings: ['gzip', 'br', 'zstd'] }

  t.equal(headersOf(await run(text(TEXT), '*', options)).get('content-encoding'), 'gzip')
  t.equal(headersOf(await run(text(TEXT), 'br', options)).get('content-encoding'), 'br')
})

t.test('size and types can be chosen', async (t) => {
  const codingFor = async (options: object, content = TEXT): Promise<string | null> =>
    headersOf(await run(text(content), 'gzip', options)).get('content-encoding')

  t.equal(await codingFor({ minSize: 601 }), null)
  t.equal(await codingFor({ minSize: 1 }, 'short'), 'gzip')
  t.equal(await codingFor({ minSize: 0 }, ''), null)
  t.equal(await codingFor({ types: ['text/*'] }), 'gzip')
  t.equal(await codingFor({ types: ['application/json'] }), null)
  t.equal(await codingFor({ types: (type: string) => type === 'text/plain' }), 'gzip')
  t.equal(isCompressible('text/plain'), true)
})

t.test('levels are passed to the coding', async (t) => {
  const sizeAt = async (gzip: number): Promise<number> =>
    bodyOf(await run(text(TEXT), 'gzip', { levels: { gzip } })).byteLength

  t.ok((await sizeAt(0)) > TEXT.length, 'stored')
  t.ok((await sizeAt(9)) < 50)
})

t.test('files are not left to the server, which would not compress them', async (t) => {
  const seen: unknown[] = []
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'http') seen.push(Object.keys(scope.extensions ?? {}))
    await text('')(scope, receive, send)
  }
  const extensions = Object.freeze({
    'http.response.pathsend': {},
    'http.response.early_hint': {},
  })

  await run(app, 'gzip', {}, { extensions })
  await run(app, 'identity', {}, { extensions })
  await run(app, 'gzip', {}, { extensions: { 'http.response.early_hint': {} } })

  t.same(seen, [
    ['http.response.early_hint'],
    ['http.response.pathsend', 'http.response.early_hint'],
    ['http.response.early_hint'],
  ])
})

t.test('keeps routing results visible', async (t) => {
  const scope = httpScope({ headers: ['accept-encoding', 'gzip'] })
  const app: App = (inner, receive, send) => {
    if (inner.type === 'http') inner.pathParams = { id: 7 }
    return text('')(inner, receive, send)
  }

  await call(compress()(app), scope)

  t.same(scope.pathParams, { id: 7 })
})

t.test('an app that ends synchronously needs no turn', async (t) => {
  const scope = httpScope({ headers: ['accept-encoding', 'gzip'] })
  const receive = (): Promise<ReceiveMessage> => new Promise(() => {})

  t.equal(
    compress()(text('short'))(scope, receive, () => SENT),
    SENT,
  )
})

t.test('server-sent events arrive one by one', async (t) => {
  async function* events(): AsyncGenerator<string> {
    yield 'data: 1\n\n'
    yield 'data: 2\n\n'
  }
  const app = toApp(new StreamingResponse(events(), { mediaType: 'text/event-stream' }), 'the test')
  const sent = await run(app, 'gzip')

  t.equal(sent.length, 4)
  t.ok(sent.slice(1, 3).every((one) => 'body' in one && (one.body?.byteLength ?? 0) > 0))
  t.equal(gunzipSync(bodyOf(sent)).toString(), 'data: 1\n\ndata: 2\n\n')
})

// MW-GZIP-12
t.test('other scopes pass unchanged', (t) => assertUntouched(t, compress(), websocketScope()))

t.test('compresses by Zstandard, whole or part by part', { skip: NO_ZSTD }, async (t) => {
  const decoded = (sent: readonly SendMessage[]) => zstdDecompressSync?.(bodyOf(sent)).toString()
  const stream = toApp(new StreamingResponse([TEXT, TEXT]), 'the test')

  for (const options of [{}, { levels: { zstd: 1 } }, { levels: { zstd: 22 } }]) {
    const whole = await run(text(TEXT, { etag: '"a"' }), 'gzip;q=0.5, zstd', options)
    const parts = await run(stream, 'zstd', options)

    t.equal(headersOf(whole).get('content-encoding'), 'zstd')
    t.equal(headersOf(whole).get('content-length'), String(bodyOf(whole).byteLength))
    t.equal(headersOf(whole).get('etag'), 'W/"a"')
    t.equal(decoded(whole), TEXT)
    t.equal(headersOf(parts).get('content-encoding'), 'zstd')
    t.equal(headersOf(parts).get('content-length'), null)
    t.equal(decoded(parts), TEXT + TEXT)
  }
})

t.test('Zstandard comes before gzip and after Brotli', { skip: NO_ZSTD }, async (t) => {
  const codingFor = async (accept: string, options = {}): Promise<string | null> =>
    headersOf(await run(text(TEXT), accept, options)).get('content-encoding')

  t.equal(await codingFor('gzip, zstd'), 'zstd')
  t.equal(await codingFor('gzip, br, zstd'), 'br')
  t.equal(await codingFor('gzip, br, zstd', { codings: ['gzip', 'zstd'] }), 'gzip')
  t.equal(await codingFor('gzip;q=0.5, br;q=0.5, zstd', { codings: ['gzip', 'zstd'] }), 'zstd')
  t.equal(await codingFor('zstd;q=0, gzip'), 'gzip')
})

t.test('without Zstandard the next coding is used', { skip: NO_ZSTD === false }, async (t) => {
  const sent = await run(text(TEXT), 'zstd, gzip;q=0.1')

  t.equal(headersOf(sent).get('content-encoding'), 'gzip')
})

const MISUSE: readonly (readonly [options: object, message: RegExp])[] = [
  [{ codings: [] }, /^compress: codings must be a list of br, .*gzip, \[\] was given\. Leave/],
  [{ codings: ['deflate'] }, /^compress: codings must be a list .*\["deflate"\] was given\./],
  [{ codings: 'gzip' }, /^compress: codings must be a list .*"gzip" was given\./],
  [{ minSize: -1 }, /^compress: minSize must be a number of bytes, -1 was given\. 0 compresses/],
  [{ minSize: Number.NaN }, /^compress: minSize must be a number of bytes, NaN was given\./],
  [{ types: 'text/html' }, /^compress: types must be a list such as .*"text\/html" was given\./],
  [{ types: ['html'] }, /^compress: types must be a list such as .*\["html"\] was given\./],
  [{ types: null }, /^compress: types must be .*null was given\./],
  [{ levels: { gzip: 10 } }, /^compress: the level of gzip must be an integer from 0 to 9, 10 was/],
  [{ levels: { br: 1.5 } }, /^compress: the level of br must be an integer from 0 to 11, 1\.5 was/],
  [{ levels: { deflate: 1 } }, /^compress: levels must be for br, zstd, gzip, "deflate" was/],
]

for (const [options, message] of MISUSE) {
  t.test(`${JSON.stringify(options)} throws at once`, async (t) => {
    t.throws(() => compress(options), { message })
  })
}

t.test('a coding that only later versions of Node support is accepted', async (t) => {
  const codings: Coding[] = ['zstd', 'gzip']

  t.doesNotThrow(() => compress({ codings, levels: { zstd: 5 } }))
})
