import t from 'tap'
import { chain } from '../../lib/internal/apps.ts'
import {
  type CacheControlOptions,
  type CacheDirectives,
  cacheControl,
  formatCacheControl,
} from '../../lib/middleware/cachecontrol.ts'
import { toApp } from '../../lib/responses/response.ts'
import { Response } from '../../lib/responses.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App } from '../../lib/types.ts'
import { answerToBug } from '../support/failing.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertUntouched } from '../support/untouched.ts'

interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly method?: string
}

async function fieldOf(options: CacheControlOptions, answer: Answer = {}): Promise<string | null> {
  const { status = 200, headers = {}, method = 'GET' } = answer
  const app = toApp(new Response('', { status, headers }), 'the test')
  const sent = await call(chain(lint(), cacheControl(options), lint())(app), httpScope({ method }))
  return responseOf(sent).headers.getAll('cache-control').join(' | ') || null
}

const WRITTEN: readonly (readonly [directives: CacheDirectives, field: string])[] = [
  [{ maxAge: 60 }, 'max-age=60'],
  [{ maxAge: 0, mustRevalidate: true }, 'max-age=0, must-revalidate'],
  [{ noStore: true }, 'no-store'],
  [{ noStore: true, private: true, noTransform: true }, 'private, no-store, no-transform'],
  [{ immutable: true, maxAge: 31_536_000, public: true }, 'public, max-age=31536000, immutable'],
  [
    { sMaxAge: 9, staleWhileRevalidate: 3, staleIfError: 2, proxyRevalidate: true },
    's-maxage=9, stale-while-revalidate=3, stale-if-error=2, proxy-revalidate',
  ],
  [{ noCache: true, public: false, mustUnderstand: true }, 'no-cache, must-understand'],
]

for (const [directives, field] of WRITTEN) {
  t.test(`writes ${field}`, async (t) => {
    t.equal(formatCacheControl(directives), field)
    t.equal(await fieldOf(directives), field)
  })
}

t.test('is added to successful GET and HEAD responses', async (t) => {
  for (const status of [200, 203, 204, 304])
    t.equal(await fieldOf({ maxAge: 1 }, { status }), 'max-age=1')
  for (const status of [301, 404, 500]) t.equal(await fieldOf({ maxAge: 1 }, { status }), null)
  t.equal(await fieldOf({ maxAge: 1 }, { method: 'HEAD' }), 'max-age=1')
  t.equal(await fieldOf({ maxAge: 1 }, { method: 'POST' }), null)
})

t.test('does not overwrite existing fields', async (t) => {
  const headers = { 'cache-control': 'private' }

  t.equal(await fieldOf({ maxAge: 1 }, { headers }), 'private')
  t.equal(await fieldOf({ maxAge: 1 }, { headers: { expires: '0' } }), null)
})

t.test('types and statuses may have other directives', async (t) => {
  const options = {
    noCache: true,
    types: { 'Image/*': { maxAge: 9 }, 'image/gif': { noStore: true } },
    statuses: { 404: { maxAge: 3 }, 203: { maxAge: 4 } },
  }
  const typed = (type: string, status = 200): Promise<string | null> =>
    fieldOf(options, { status, headers: { 'content-type': type } })

  t.equal(await typed('image/png'), 'max-age=9')
  t.equal(await typed('IMAGE/GIF; a=b'), 'no-store')
  t.equal(await typed('text/html'), 'no-cache')
  t.equal(await typed('image/png', 203), 'max-age=4')
  t.equal(await typed('image/png', 404), 'max-age=3')
  t.equal(await typed('image/png', 500), null)
  t.equal(await fieldOf(options), 'no-cache')
  t.equal(await fieldOf(options, { status: 304 }), null)
})

t.test('can be limited to some types or statuses', async (t) => {
  const options = { types: { 'text/css': { maxAge: 9 } } }

  t.equal(await fieldOf(options), null)
  t.equal(await fieldOf(options, { headers: { 'content-type': 'text/css' } }), 'max-age=9')
  t.equal(await fieldOf({ statuses: { 410: { maxAge: 1 } } }), null)
})

t.test('prevents shared caches from storing cookies', async (t) => {
  const headers = { 'set-cookie': 'a=1' }

  t.equal(await fieldOf({ maxAge: 1 }, { headers }), null)
  t.equal(await fieldOf({ maxAge: 1, public: true }, { headers }), null)
  t.equal(await fieldOf({ maxAge: 1, private: true }, { headers }), 'private, max-age=1')
  t.equal(await fieldOf({ noStore: true }, { headers }), 'no-store')
})

// Advisory row 46.
t.test('on-headers CVE-2025-7339: a header list that is used again is not changed', async (t) => {
  const headers = Object.freeze(['a', 'b']) as string[]
  const app: App = async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers })
    await send({ type: 'http.response.body' })
  }
  await call(cacheControl({ maxAge: 1 })(app))

  t.same(headers, ['a', 'b'])
})

t.test('is added to the answer to a bug', async (t) => {
  const { status, headers } = await answerToBug(cacheControl({ statuses: { 500: { maxAge: 3 } } }))

  t.equal(status, 500)
  t.same(headers.getAll('cache-control'), ['max-age=3'])
})

t.test('other scopes pass unchanged', (t) =>
  assertUntouched(t, cacheControl({ maxAge: 1 }), websocketScope()),
)

const MISUSE: readonly (readonly [options: object, message: RegExp])[] = [
  [{}, /^cacheControl: a directive is missing, none was given\./],
  [{ public: false }, /^cacheControl: a directive is missing/],
  [{ types: { 'text/*': {} } }, /^cacheControl: a directive is missing/],
  [{ maxage: 1 }, /^cacheControl: unknown option "maxage"\. Did you mean "maxAge"\?/],
  [
    { types: { 'text/*': { maxage: 1 } } },
    /^cacheControl: unknown directive, "maxage" was given\. Known are public, /,
  ],
  [{ maxAge: -1 }, /^cacheControl: maxAge must be a whole number of seconds, -1 was given\./],
  [{ sMaxAge: 1.5 }, /^cacheControl: sMaxAge must be a whole number of seconds, 1\.5 was given\./],
  [{ maxAge: '60' }, /^cacheControl: maxAge must be a whole number of seconds, "60" was given\./],
  [{ public: 'yes' }, /^cacheControl: public must be true or false, "yes" was given\./],
  [{ public: () => true }, /^cacheControl: public must be true or false, a function was given\./],
  [{ public: true, private: true }, /^cacheControl: public and private contradict each other/],
  [{ noStore: true, maxAge: 0 }, /^cacheControl: noStore and maxAge contradict each other/],
  [{ private: true, sMaxAge: 1 }, /^cacheControl: private and sMaxAge contradict each other/],
  [{ statuses: { 700: { maxAge: 1 } } }, /^cacheControl: a status must be an integer .* "700" was/],
]

for (const [options, message] of MISUSE) {
  t.test(`${JSON.stringify(options)} throws at once`, async (t) => {
    t.throws(() => cacheControl(options), { message })
  })
}
