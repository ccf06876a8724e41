// Published advisories about caches, and that they do not work here. Each test is named by the
// advisory.
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { resourceKey, variantKey } from '../../lib/middleware/cacheresponse/entries.ts'
import { requestPolicyOf } from '../../lib/middleware/cacheresponse/requests.ts'
import { freshnessOf } from '../../lib/middleware/cacheresponse/rules.ts'
import { cacheResponse } from '../../lib/middleware/cacheresponse.ts'
import { etag } from '../../lib/middleware/etag.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { memoryStore } from '../../lib/stores.ts'
import type { HTTPResponseStartMessage, Middleware } from '../../lib/types.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { assertLinear } from '../support/linear.ts'
import { httpScope } from '../support/scopes.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

const keyOf = (rawPath: string, queryString = '', host = 'a'): string =>
  resourceKey(httpScope({ rawPath, queryString, headers: ['host', host] }), '')

t.test('Litestar CVE-2026-25480: two resources never have the same key', async (t) => {
  const paths = ['/k-', '/k45', '/K', '/\u212a', '/k', '/\u00e9', '/e\u0301', '/a","b', '/a', '/']
  const keys = paths.flatMap((path) => [keyOf(path), keyOf('/', path), keyOf('/', '', path)])

  // Two of them are the plain one.
  t.equal(new Set(keys).size, keys.length)
  const many = Array.from({ length: 10_000 }, (_, index) =>
    keyOf(`/${(index * 7919).toString(36)}`),
  )
  t.equal(new Set(many).size, many.length)
  for (const key of keys) t.match(key, /^[\w-]{43}$/)
})

t.test('Litestar CVE-2026-25480: two variants never have the same key', async (t) => {
  const of = (vary: string[], headers: string[]): string =>
    variantKey('k', { vary, id: '1' }, headers)
  const keys = [
    of(['a'], []),
    of(['a'], ['a', '']),
    of(['a'], ['a', 'null']),
    of(['a', 'b'], ['a', 'b', 'b', '']),
    of(['a', 'b'], ['a', '', 'b', 'b']),
    of(['a'], ['a', 'b","b']),
  ]

  t.equal(new Set(keys).size, keys.length)
})

for (const piece of [',', ' ', '"', '=', 'a=', '"a', '",', 'max-age=1,']) {
  t.test(`fresh CVE-2017-16119: Cache-Control is linear in ${JSON.stringify(piece)}`, async (t) => {
    const response: HTTPResponseStartMessage = {
      type: 'http.response.start',
      status: 200,
      headers: [],
    }
    assertLinear(
      t,
      (size) => piece.repeat(size / piece.length),
      (field) => {
        requestPolicyOf('GET', ['cache-control', field, 'pragma', field])
        const headers = ['cache-control', field, 'vary', field, 'expires', field, 'age', field]
        headers.push('cdn-cache-control', field, 'date', field)
        const times = { ttl: 60, revalidate: 60, staleWhileRevalidate: 0, staleIfError: 0 }
        for (const cdn of [true, false]) freshnessOf({ ...response, headers }, { ...times, cdn }, 0)
      },
    )
  })
}

/** The bodies of answers to requests through a socket, by an app that numbers its answers. */
async function numbered(t: Test, fields: Record<string, string>, middleware: Middleware) {
  let count = 0
  const answer = () => new PlainTextResponse(`answer ${++count}`, { headers: fields })
  const routes = [alive, Route('/', answer, { methods: ['GET', 'POST', 'PUT'] })]
  const served = await listening(t, Application({ routes, middleware: [middleware] }))
  const get = async (line: string, ...headers: string[]): Promise<string> =>
    bodyOf(await served.talk(request(line, ['connection: close', ...headers])))
  return { get, served }
}

const cached = () => cacheResponse({ store: memoryStore(), ttl: 60 })

// Row 42.
t.test(
  'hono GHSA-6wqw-2p9w-4vw4 CVE-2026-44457: a response for one user is not cached for others',
  async (t) => {
    for (const fields of [
      { 'set-cookie': 'session=1' },
      { 'set-cookie': 'session=1', 'cache-control': 'public, max-age=60' },
      { 'cache-control': 'private' },
      { 'cache-control': 'max-age=60, PRIVATE' },
      { 'cache-control': 'private="x-a", max-age=60' },
      { 'cache-control': 'no-store' },
      { 'cache-control': 'no-cache' },
      { vary: '*' },
      { vary: 'Cookie' },
      { vary: 'Accept, AUTHORIZATION' },
    ]) {
      const { get, served } = await numbered(t, fields, cached())

      t.equal(await get('GET /'), 'answer 1')
      t.equal(await get('GET /'), 'answer 2', JSON.stringify(fields))
      await assertAlive(t, served)
    }
  },
)

// Row 42.
t.test('hono GHSA-6wqw-2p9w-4vw4: a request for another variant is not a hit', async (t) => {
  const { get, served } = await numbered(t, {}, cached())
  t.equal(await get('GET /', 'authorization: Bearer a'), 'answer 1')
  t.equal(await get('GET /'), 'answer 2', 'what was for the bearer is not kept')
  t.equal(await get('GET /'), 'answer 2')

  t.equal(await get('GET /', 'authorization: Bearer a'), 'answer 3')
  t.equal(await get('GET /', 'cookie: session=1'), 'answer 4')
  t.equal(await get('GET /?a=1'), 'answer 5')
  t.equal(await get('GET /?a=1&b=2'), 'answer 6')
  t.equal(await get('GET /?b=2&a=1'), 'answer 7')
  t.equal(await get('GET http://other/'), 'answer 8', 'of another host')
  t.equal(await get('GET /'), 'answer 2', 'it is still there')
  t.equal(await get('POST /', 'content-length: 0'), 'answer 9')
  t.equal(await get('GET /'), 'answer 10', 'a change has forgotten it')
  t.equal(await get('GET /?a=1'), 'answer 5')
  await assertAlive(t, served)
})

// Row 45.
t.test('hono f8b7847d: etag() compares tags as RFC 9110 requires', async (t) => {
  const fields = { etag: '"a,b"', vary: 'accept', 'cache-control': 'max-age=1' }
  const routes = [alive, Route('/', () => new PlainTextResponse('hello', { headers: fields }))]
  const served = await listening(t, Application({ routes, middleware: [etag()] }))
  const ask = (...headers: string[]): Promise<string> =>
    served.talk(request('GET /', ['connection: close', ...headers]))

  for (const field of ['"a,b"', 'W/"a,b"', 'W/"x" , "a,b"', '"x",\t"a,b" ', '*']) {
    const received = await ask(`if-none-match: ${field}`)
    t.same(statuses(received), [304], field)
    t.match(received, /^etag: "a,b"\r$/im)
    t.match(received, /^vary: accept\r$/im)
    t.match(received, /^cache-control: max-age=1\r$/im)
    t.notMatch(received, /^content-(?:type|length)/im)
    t.equal(bodyOf(received), '')
  }
  for (const field of ['"a"', '"a", "b"', 'a,b', '"A,B"', 'w/"a,b"', '"a,b', '']) {
    t.same(statuses(await ask(`if-none-match: ${field}`)), [200], field)
  }
  t.same(statuses(await ask('if-match: "a,b"')), [200])
  t.same(statuses(await ask('if-match: W/"a,b"')), [412], 'strongly')
  await assertAlive(t, served)
})
