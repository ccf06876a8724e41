// Published advisories about what stands between an app and its client, and that they do not work
// here. Each test is named by the advisory.
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { preferredCodings } from '../../lib/http/codings.ts'
import { compress } from '../../lib/middleware/compress.ts'
import { Response, StreamingResponse } from '../../lib/responses.ts'
import type { App, HeaderList, SendMessage } from '../../lib/types.ts'
import { assertLinear } from '../support/linear.ts'
import { call, httpScope } from '../support/scopes.ts'
import { bodyOf, dechunked, eventually, listening, request } from '../support/sockets.ts'

const GZIP = ['accept-encoding', 'gzip']

function headersOf([start]: readonly SendMessage[]): HeaderList {
  return start?.type === 'http.response.start' ? start.headers : []
}

for (const piece of [',', ' ', '"', ';', ', ', 'a;q=0.', 'a'.repeat(16), 'gzip;q=0 ']) {
  const shown = JSON.stringify(piece.slice(0, 9))
  t.test(`negotiator CVE-2016-10539: Accept-Encoding is linear in ${shown}`, async (t) => {
    assertLinear(
      t,
      (size) => piece.repeat(size / piece.length),
      (field) => preferredCodings(field, ['br', 'gzip']),
    )
  })
}

t.test('on-headers CVE-2025-7339: a header list that is used again is not changed', async (t) => {
  const headers = Object.freeze(['content-type', 'text/plain', 'etag', '"a"']) as HeaderList
  const body = Buffer.from('x'.repeat(600))
  const app: App = async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers })
    await send({ type: 'http.response.body', body })
  }
  const encoded = ['content-encoding', 'gzip', 'vary', 'Accept-Encoding', 'content-length']

  for (let round = 0; round < 2; round++) {
    const sent = await call(compress()(app), httpScope({ headers: GZIP }))
    t.same(headersOf(sent).slice(0, 4), ['content-type', 'text/plain', 'etag', 'W/"a"'])
    t.same(headersOf(sent).slice(4, 9), encoded)
  }
  t.same(headers, ['content-type', 'text/plain', 'etag', '"a"'])
})

t.test('hono GHSA-q7jf-gf43-6x6p: Vary never contains text of the client', async (t) => {
  const response = new Response('x'.repeat(600), { headers: { vary: 'Origin, origin' } })
  const app: App = (scope, receive, send) => response.respond(scope, receive, send)
  const scope = httpScope({ headers: [...GZIP, 'vary', 'X-Evil', 'x-evil', '1'] })
  const headers = headersOf(await call(compress()(app), scope))

  t.equal(headers[headers.indexOf('vary') + 1], 'Origin, Accept-Encoding')
})

t.test('fastify and koa, vary: names are kept once, and "*" replaces all', async (t) => {
  for (const [vary, expected] of [
    ['accept-encoding', 'accept-encoding'],
    ['Accept-Encoding, ACCEPT-ENCODING, a', 'Accept-Encoding, a'],
    ['*', '*'],
    ['a, *', '*'],
  ] as const) {
    const response = new Response('x'.repeat(600), { headers: { vary } })
    const app: App = (scope, receive, send) => response.respond(scope, receive, send)
    const headers = headersOf(await call(compress()(app), httpScope({ headers: GZIP })))

    t.same(
      headers.filter((_, index) => headers[index - 1] === 'vary'),
      [expected],
    )
  }
})

t.test(
  'fastify CVE-2026-25224: a client that leaves a compressed stream stops its producer',
  async (t) => {
    let stopped = 0
    async function* noise(): AsyncGenerator<string> {
      try {
        for (;;) yield `${Math.random()}\n`.repeat(5000)
      } finally {
        stopped++
      }
    }
    const served = await listening(
      t,
      compress()((scope, receive, send) => {
        return new StreamingResponse(noise(), { mediaType: 'text/plain' }).respond(
          scope,
          receive,
          send,
        )
      }),
    )
    const client = await served.connect()
    client.send(request('GET /', ['accept-encoding: gzip']))
    await eventually(() => client.received.length > 10_000, 'a part of the stream')
    await client.leave()
    await eventually(() => stopped === 1, 'the end of the producer')

    t.same(served.errors, [])
  },
)

t.test(
  'fastify CVE-2026-25224: a stream that fails in the middle ends without the end of the body',
  async (t) => {
    async function* failing(): AsyncGenerator<string> {
      yield 'x'.repeat(600)
      throw new Error('kaput')
    }
    const app: App = (scope, receive, send) =>
      new StreamingResponse(failing()).respond(scope, receive, send)
    const served = await listening(t, compress()(app))
    const client = await served.connect()
    client.send(request('GET /', ['accept-encoding: gzip']))
    const received = await client.end()

    t.match(received, /content-encoding: gzip/i)
    t.notMatch(received, /\r\n0\r\n\r\n$/, 'there is no last chunk')
    t.equal(served.errors.length, 1)
    t.throws(() => gunzipSync(Buffer.from(dechunked(bodyOf(received)), 'latin1')))
  },
)
