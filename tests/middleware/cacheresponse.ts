import t from 'tap'
import { Headers } from '../../lib/http/headers.ts'
import { cacheResponse } from '../../lib/middleware/cacheresponse.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { memoryStore } from '../../lib/stores.ts'
import type { HTTPScope } from '../../lib/types.ts'
import { type Counted, caching, counted, type Get } from '../support/caching.ts'
import { websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

/** What two requests in a row get. */
async function twice(get: Get, first: readonly string[], second = first): Promise<string[]> {
  return [(await get(first)).text, (await get(second)).text]
}

const KEPT = ['answer 1', 'answer 1']
const PASSED = ['answer 1', 'answer 2']

t.test('answers a second request from the cache, with its age', async (t) => {
  const get = caching(counted({ etag: '"1"' }).app)
  const first = await get()
  const { status, text, headers } = await get()

  t.equal(first.headers.get('age'), null)
  t.same([status, text, headers.get('age')], [200, 'answer 1', '0'])
  t.equal(headers.get('content-type'), 'text/plain; charset=utf-8')
})

// Advisory row 42.
t.test('hono GHSA-6wqw-2p9w-4vw4, CVE-2026-44457: private responses are not cached', async (t) => {
  const refused = [
    { 'set-cookie': 'a=1' },
    ...['private', 'no-store', 'no-cache', 'Private="x, y"', 'max-age=0', 'max-age=x'].map(
      (value) => ({ 'cache-control': value }),
    ),
    ...['*', 'Cookie', 'accept, authorization'].map((vary) => ({ vary })),
    { expires: '0' },
    { age: '60' },
    { 'content-type': 'text/event-stream' },
  ]
  for (const headers of refused) {
    t.same(await twice(caching(counted(headers).app), []), PASSED, JSON.stringify(headers))
  }
})

t.test('hono GHSA-6wqw-2p9w-4vw4: requests with credentials or cookies get no hits', async (t) => {
  t.same(await twice(caching(counted().app), ['authorization', 'Basic a']), PASSED)
  t.same(await twice(caching(counted().app), [], ['authorization', 'Basic a']), PASSED)
  t.same(await twice(caching(counted().app), ['cookie', 'a=1'], []), PASSED)
  t.same(await twice(caching(counted().app), [], ['cookie', 'a=1']), PASSED)
  t.same(
    await twice(caching(counted({ 'cache-control': 'max-age=9' }).app), [], ['cookie', 'a']),
    PASSED,
  )
  for (const value of ['public, max-age=9', 's-maxage=9']) {
    t.same(await twice(caching(counted({ 'cache-control': value }).app), ['cookie', 'a']), KEPT)
  }
})

t.test('other methods, ranges and bodies pass unchanged', async (t) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
    const get = caching(counted().app)
    t.same([(await get([], { method })).text, (await get([], { method })).text], PASSED, method)
  }
  for (const headers of [
    ['range', 'bytes=0-1'],
    ['content-length', '1'],
    ['if-match', '*'],
  ]) {
    t.same(await twice(caching(counted().app), headers), PASSED, headers.join())
  }
})

t.test('a HEAD is answered by the cached GET', async (t) => {
  const get = caching(counted().app)
  await get()

  t.equal((await get([], { method: 'HEAD' })).headers.get('age'), '0')
})

t.test('statuses that may be cached', async (t) => {
  for (const status of [200, 203, 301, 308]) {
    t.same(await twice(caching(counted({}, status).app), []), KEPT, `${status}`)
  }
  for (const status of [201, 302, 404, 500]) {
    t.same(await twice(caching(counted({}, status).app), []), PASSED, `${status}`)
  }
  t.same(await twice(caching(counted({ 'cache-control': 'max-age=3' }, 404).app), []), KEPT)
  t.same(await twice(caching(counted({ 'cache-control': 'max-age=3' }, 500).app), []), PASSED)
})

t.test('a response without a lifetime is cached for the time of the option', async (t) => {
  t.same(await twice(caching(counted().app, { ttl: 0 }), []), PASSED)
  t.same(await twice(caching(counted({ 'cache-control': 'max-age=1' }).app, { ttl: 0 }), []), KEPT)
})

t.test('the client may request a fresher response, or only a cached one', async (t) => {
  t.same(await twice(caching(counted().app), [], ['cache-control', 'no-store']), PASSED)
  t.same(await twice(caching(counted().app), [], ['pragma', 'no-cache']), PASSED)
  t.same(await twice(caching(counted().app), [], ['cache-control', 'min-fresh=100']), PASSED)
  t.same(await twice(caching(counted().app), [], ['cache-control', 'max-age=5']), KEPT)
  t.equal((await caching(counted().app)(['cache-control', 'only-if-cached'])).status, 504)
  t.same(await twice(caching(counted().app), [], ['cache-control', 'only-if-cached']), KEPT)

  const get = caching(counted().app)
  t.same(await twice(get, [], ['cache-control', 'no-cache']), PASSED)
  t.equal((await get()).text, 'answer 2', 'what was fetched anew is kept')
})

t.test('a client with a current copy gets 304', async (t) => {
  const get = caching(counted({ etag: '"1"', 'cache-control': 'max-age=9' }).app)
  await get()
  const { status, text, headers } = await get(['if-none-match', 'W/"1"'])

  t.same([status, text], [304, ''])
  t.same(headers.toJSON(), { etag: '"1"', 'cache-control': 'max-age=9', age: '0' })
  t.equal((await get(['if-none-match', '"2"'])).status, 200)
})

t.test('a conditional request fills the cache, and its condition is answered', async (t) => {
  const one = counted({ etag: '"1"' })
  const get = caching(one.app)

  const { status, text } = await get(['if-none-match', '"1"'])
  t.same([status, text], [304, ''], 'the client has it')
  t.equal((await get(['if-none-match', '"0"'])).text, 'answer 1')
  t.equal((await get()).text, 'answer 1')
  t.equal(one.count, 1)
  t.same(await twice(caching(counted().app), ['if-none-match', '"1"']), KEPT)
})

t.test('a conditional request reaches the app if nothing can be cached', async (t) => {
  const seen: (string | null)[] = []
  const get = caching((scope, receive, send) => {
    seen.push(new Headers((scope as HTTPScope).headers).get('if-none-match'))
    const options = { headers: { 'cache-control': 'private', etag: '"1"' } }
    return new PlainTextResponse('mine', options).respond(scope, receive, send)
  })
  for (let count = 0; count < 2; count++) await get(['if-none-match', '"1"'])

  t.same(seen, [null, '"1"'])
})

t.test('each value of a field in Vary has its own entry', async (t) => {
  const get = caching(counted({ vary: 'Accept-Language, accept' }).app)

  t.equal((await get(['accept-language', 'de'])).text, 'answer 1')
  t.equal((await get(['accept-language', 'en'])).text, 'answer 2')
  t.equal((await get(['accept-language', 'de'])).text, 'answer 1')
  t.equal((await get(['accept-language', 'en'])).text, 'answer 2')
  t.equal((await get()).text, 'answer 3')
  t.equal((await get(['accept-language', ''])).text, 'answer 4', 'empty is not absent')
})

// Advisory row 42.
t.test('scheme, host, path and query distinguish resources', async (t) => {
  const { app } = counted()
  const get = caching(app)
  const others: Partial<HTTPScope>[] = [
    {},
    { scheme: 'https' },
    { headers: ['host', 'b'] },
    { path: '/b', rawPath: '/b' },
    { queryString: 'a=1' },
    { queryString: 'a=1&b=2' },
    { queryString: 'b=2&a=1' },
    { path: '/a=1', rawPath: '/a=1' },
  ]
  const texts = async () => {
    const all: string[] = []
    for (const scope of others) all.push((await get([], scope)).text)
    return all
  }

  t.equal(new Set(await texts()).size, others.length)
  t.same(
    await texts(),
    others.map((_, index) => `answer ${index + 1}`),
  )
})

t.test('a custom key distinguishes more, or excludes requests', async (t) => {
  const key = ({ queryString }: HTTPScope): string | null => queryString || null
  const get = caching(counted().app, { key })

  t.same(await twice(get, []), PASSED)
  t.equal((await get([], { queryString: 'a' })).text, 'answer 3')
  t.equal((await get([], { queryString: 'a' })).text, 'answer 3')
})

t.test('a change of the resource deletes its entry', async (t) => {
  const get = caching(counted().app)
  t.equal((await get()).text, 'answer 1')
  t.equal((await get([], { method: 'POST' })).text, 'answer 2')
  t.equal((await get()).text, 'answer 3')
  t.equal((await get()).text, 'answer 3')
})

t.test('a change deletes all variants', async (t) => {
  const get = caching(counted({ vary: 'accept' }).app)
  await get(['accept', 'a'])
  await get(['accept', 'b'])
  await get([], { method: 'DELETE' })

  t.equal((await get(['accept', 'a'])).text, 'answer 4')
  t.equal((await get(['accept', 'b'])).text, 'answer 5')
})

t.test('a failed change deletes nothing', async (t) => {
  const store = memoryStore()
  const good = caching(counted().app, { store })
  const bad = caching(counted({}, 400).app, { store })
  await good()
  await bad([], { method: 'PUT' })

  t.equal((await good()).text, 'answer 1')
})

t.test('bodies up to the limit are cached, streams too', async (t) => {
  const streamed = (size: number): Counted => {
    const one: Counted = {
      count: 0,
      app: (scope, receive, send) => {
        one.count++
        return new StreamingResponse(['a'.repeat(size - 1), 'b']).respond(scope, receive, send)
      },
    }
    return one
  }
  for (const [size, count] of [
    [10, 1],
    [11, 2],
  ] as const) {
    const one = streamed(size)
    const get = caching(one.app, { maxBodySize: 10 })
    const [first, second] = await twice(get, [])
    t.same([first, second, one.count], [`${'a'.repeat(size - 1)}b`, first, count])
  }
})

t.test('other scopes pass unchanged', (t) =>
  assertUntouched(t, cacheResponse({ store: memoryStore() }), websocketScope()),
)

const store = memoryStore()
const MISUSE: readonly (readonly [options: object, message: RegExp])[] = [
  [{}, /^cacheResponse: store must have get, set and delete, undefined was given\. Pass/],
  [{ store: null }, /^cacheResponse: store must have get, set and delete, null was given\./],
  [{ store, ttl: -1 }, /^cacheResponse: ttl must be a number of seconds, -1 was given\./],
  [{ store, ttl: 1 / 0 }, /^cacheResponse: ttl must be a number of seconds, Infinity was given\./],
  [{ store, maxBodySize: -1 }, /^cacheResponse: maxBodySize must be a number of bytes, -1 was/],
  [
    { store, revalidate: -1 },
    /^cacheResponse: revalidate must be a number of seconds, -1 was given/,
  ],
  [{ store, staleIfError: 1 / 0 }, /^cacheResponse: staleIfError must be a number of seconds, Inf/],
  [{ store, staleWhileRevalidate: 'a' }, /^cacheResponse: staleWhileRevalidate must be a number/],
  [{ store, key: 'a' }, /^cacheResponse: key must be a function, "a" was given\./],
  [{ store, onError: 1 }, /^cacheResponse: onError must be a function, 1 was given\./],
]

for (const [options, message] of MISUSE) {
  t.test(`misuse is refused: ${message.source.slice(16, 50)}`, async (t) => {
    t.throws(() => cacheResponse(options as { store: typeof store }), { message })
  })
}
