// Bodies with a Content-Encoding: decompressed as they are read, within limits.
import zlib from 'node:zlib'
import t from 'tap'
import {
  Application,
  HTTPException,
  JSONResponse,
  type Middleware,
  PlainTextResponse,
  Route,
} from '../../lib/index.ts'
import { bodyLimit } from '../../lib/middleware/bodylimit.ts'
import { type DecompressOptions, decompress } from '../../lib/middleware/decompress.ts'
import { testClient } from '../../lib/testing/client.ts'
import { httpScope, receiving, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'
import { NO_ZSTD } from '../support/zstd.ts'

const TEXT = 'hello '.repeat(50_000)
const CODED = {
  gzip: zlib.gzipSync(TEXT),
  deflate: zlib.deflateSync(TEXT),
  br: zlib.brotliCompressSync(TEXT),
}

type Body = Uint8Array | AsyncIterable<Uint8Array>

async function answerTo(
  coding: string,
  body: Body,
  options: DecompressOptions = {},
  ...around: readonly Middleware[]
): Promise<Response> {
  const app = Application({
    routes: [
      Route('/', async (request) => new PlainTextResponse(await request.text()), {
        methods: ['POST'],
        middleware: [...around, decompress(options)],
      }),
    ],
  })
  await using client = await testClient(app)
  const response = await client.post('/', { body: body as never, headers: fields(coding) })
  return new globalThis.Response(await response.text(), response)
}

const fields = (coding: string) => ({
  'content-type': 'text/plain',
  ...(coding === '' ? {} : { 'content-encoding': coding }),
})

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

for (const [coding, bytes] of Object.entries(CODED)) {
  t.test(`${coding}: whole and in parts`, async (t) => {
    t.equal(await (await answerTo(coding, bytes)).text(), TEXT)
    t.equal(await (await answerTo(coding.toUpperCase(), pieces(bytes, 7))).text(), TEXT)
  })

  t.test(`${coding}: incomplete and invalid bodies are 400`, async (t) => {
    for (const broken of [bytes.subarray(0, -3), bytes.subarray(0, 5), Buffer.from('garbage!')]) {
      const response = await answerTo(coding, broken)
      t.equal(response.status, 400)
      t.equal(await response.text(), 'The request body cannot be decompressed.')
    }
  })

  t.test(`${coding}: bytes after the end do no harm`, async (t) => {
    const { status } = await answerTo(coding, Buffer.concat([bytes, Buffer.alloc(300_000, 'x')]))
    t.ok(status === 200 || status === 400, String(status))
  })
}

t.test('several codings are decoded in reverse order', async (t) => {
  const twice = zlib.brotliCompressSync(CODED.gzip)
  t.equal(await (await answerTo('gzip, br', twice)).text(), TEXT)
  t.equal((await answerTo('br, gzip', twice)).status, 400)
  t.equal(await (await answerTo('identity, x-gzip', CODED.gzip)).text(), TEXT)
})

t.test('a body without a coding passes unchanged', async (t) => {
  t.equal(await (await answerTo('', Buffer.from('plain'))).text(), 'plain')
  t.equal(await (await answerTo('identity', Buffer.from('plain'))).text(), 'plain')
  t.equal(await (await answerTo('gzip', new Uint8Array(0))).text(), '')
})

t.test('other codings, and too many, get 415 with the accepted ones', async (t) => {
  for (const coding of ['compress', 'gzip, foo', 'gzip, gzip, gzip, gzip']) {
    const response = await answerTo(coding, CODED.gzip, { codings: ['gzip', 'br'] })
    t.equal(response.status, 415)
    t.equal(response.headers.get('accept-encoding'), 'gzip, br')
  }
  t.equal((await answerTo('br', CODED.br, { codings: ['gzip'] })).status, 415)
})

t.test('zstd gets 415 if Node does not support it', { skip: !NO_ZSTD }, async (t) => {
  const response = await answerTo('zstd', Buffer.from('x'), { codings: ['gzip', 'zstd'] })
  t.equal(response.status, 415)
  t.equal(response.headers.get('accept-encoding'), 'gzip')
})

t.test('a body that is too large gets 413', async (t) => {
  t.equal((await answerTo('gzip', CODED.gzip, { maxSize: TEXT.length })).status, 200)
  const response = await answerTo('gzip', CODED.gzip, { maxSize: TEXT.length - 1 })
  t.equal(response.status, 413)
  t.equal(await response.text(), `The request body is larger than ${TEXT.length - 1} bytes.`)
})

t.test('the default limit is 10 MB, or that of bodyLimit()', async (t) => {
  const large = zlib.gzipSync(Buffer.alloc(10_000_001))
  t.equal((await answerTo('gzip', large)).status, 413)
  t.equal((await answerTo('gzip', CODED.gzip, {}, bodyLimit({ maxSize: 100_000 }))).status, 413)
  t.equal((await answerTo('gzip', CODED.gzip, {}, bodyLimit({ maxSize: 500_000 }))).status, 200)
})

t.test('bombs stop at the limit, between two codings, and without output too', async (t) => {
  const bomb = zlib.gzipSync(Buffer.alloc(100_000_000))
  const empty = zlib.gzipSync('')
  // Members without content decompress to nothing: many of them, compressed once more.
  const many = Buffer.concat(Array.from({ length: 20_000 }, () => empty))
  for (const [coding, body] of [
    ['gzip', bomb],
    ['gzip, gzip', zlib.gzipSync(bomb)],
    ['gzip, br', zlib.brotliCompressSync(many)],
    ['gzip', many],
  ] as const) {
    t.equal((await answerTo(coding, body, { maxSize: 10_000 })).status, 413, coding)
  }
})

t.test('no more is read than the app reads', async (t) => {
  let read = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    const gzip = zlib.createGzip({ level: 0 })
    t.teardown(() => gzip.destroy())
    for (;;) {
      const part = await new Promise<Uint8Array>((resolve) => {
        gzip.once('data', resolve)
        gzip.write(Buffer.alloc(70_000))
      })
      read += part.byteLength
      yield part
      if (read > 20_000_000) return
    }
  }
  const app = Application({
    routes: [
      Route(
        '/',
        async (request) => {
          for await (const part of request.stream()) return new JSONResponse(part.byteLength > 0)
          return new JSONResponse(false)
        },
        { methods: ['POST'] },
      ),
    ],
    middleware: [decompress()],
  })
  await using client = await testClient(app)
  const response = await client.post('/', { body: endless() as never, headers: fields('gzip') })

  t.equal(await response.json(), true)
  t.ok(read < 1_000_000, `${read} bytes`)
})

t.test('only the scope of the app has no coding and no length', async (t) => {
  const seen: unknown[] = []
  const app = decompress()(async (scope, receive, send) => {
    if (scope.type !== 'http') return
    seen.push(scope.headers.filter((_, index) => index % 2 === 0).sort())
    seen.push(await receive(), await receive())
    await new PlainTextResponse('ok').respond(scope, receive, send)
  })
  const outer = Object.freeze(['content-encoding', 'gzip', 'content-length', '9', 'x-a', '1'])
  const scope = httpScope({ method: 'POST', headers: outer })
  const body = zlib.gzipSync('hi')
  const receive = receiving([{ type: 'http.request', body, moreBody: false }])
  await app(scope, receive, async () => {})

  t.same(seen[0], ['transfer-encoding', 'x-a'])
  t.match(seen[1], { type: 'http.request', body: Buffer.from('hi'), moreBody: true })
  t.match(seen[2], { type: 'http.request', moreBody: false })
  t.equal(scope.headers, outer)
})

t.test('disconnects and errors of the server are passed on', async (t) => {
  const scope = httpScope({ method: 'POST', headers: ['content-encoding', 'gzip'] })
  const part = { type: 'http.request', body: CODED.gzip.subarray(0, 20), moreBody: true } as const
  const gone = receiving([part, { type: 'http.disconnect' }])
  const types: string[] = []
  const app = decompress()(async (_scope, receive) => {
    for (let type = ''; type !== 'http.disconnect'; types.push(type)) type = (await receive()).type
    types.push((await receive()).type)
  })
  await app(scope, gone, async () => {})
  t.same(types.slice(-2), ['http.disconnect', 'http.disconnect'])

  const failure = new HTTPException(413)
  const failing = decompress()(async (_scope, receive) => {
    for (;;) await receive()
  })
  await t.rejects(
    failing(
      scope,
      () => Promise.reject(failure),
      async () => {},
    ),
    failure,
  )
})

t.test('after the body, receive waits for the disconnect', async (t) => {
  const messages = [
    { type: 'http.request', body: zlib.gzipSync('hi'), moreBody: false },
    { type: 'http.disconnect' },
  ] as const
  const types: string[] = []
  const app = decompress()(async (_scope, receive) => {
    for (let count = 0; count < 3; count++) types.push((await receive()).type)
  })
  const scope = httpScope({ method: 'POST', headers: ['content-encoding', 'gzip'] })
  await app(scope, receiving(messages), async () => {})

  t.same(types, ['http.request', 'http.request', 'http.disconnect'])
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, decompress(), websocketScope()))

t.test('invalid options throw at definition', async (t) => {
  t.throws(() => decompress({ codings: ['compress' as never] }), {
    message:
      /^decompress: codings must be a list of gzip, deflate, br.*, \["compress"\] was given\./,
  })
  t.throws(() => decompress({ maxSize: -1 }), {
    message:
      'decompress: maxSize must be a number of bytes, -1 was given. Infinity means no limit.',
  })
  t.throws(() => decompress({ size: 1 } as never), { message: /unknown option "size"/ })
})
