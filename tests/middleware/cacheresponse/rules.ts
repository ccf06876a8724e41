import t from 'tap'
import { freshnessOf, type Times } from '../../../lib/middleware/cacheresponse/rules.ts'
import type { HTTPResponseStartMessage } from '../../../lib/types.ts'

const NOW = Date.UTC(2026, 0, 1)
const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT'
const LATER = 'Thu, 01 Jan 2026 00:01:30 GMT'

const TIMES: Times = {
  ttl: 60,
  revalidate: 0,
  staleWhileRevalidate: undefined,
  staleIfError: undefined,
  cdn: false,
}

function freshness(
  headers: string[],
  start: Partial<HTTPResponseStartMessage> = {},
  times: Partial<Times> = {},
) {
  const message = { type: 'http.response.start', status: 200, headers, ...start } as const
  return freshnessOf(message, { ...TIMES, ...times }, NOW)
}

const KEPT = { lifetime: 60, age: 0, vary: [], isPublic: false }

// Advisory row 42.
t.test('responses that may not be cached', async (t) => {
  for (const headers of [
    ['set-cookie', 'a=b', 'cache-control', 'public, max-age=9'],
    ['content-range', 'bytes 0-1/2'],
    ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'max-age=9'],
    ['vary', '*'],
    ['vary', 'Accept, Cookie'],
    ['vary', 'accept', 'vary', 'AUTHORIZATION'],
    ['cache-control', 'no-store'],
    ['cache-control', 'max-age=9, Private'],
    ['cache-control', 'private="set-cookie", max-age=9'],
    ['cache-control', 'no-cache'],
    ['cache-control', 'max-age=9', 'cache-control', 'no-store'],
    ['cache-control', 'max-age=0'],
    ['cache-control', 'max-age=soon'],
    ['cache-control', 's-maxage=0, max-age=9'],
    ['cache-control', 'max-age=9', 'age', '9'],
    ['expires', '0'],
    ['expires', DATE],
  ]) {
    t.equal(freshness(headers), undefined, headers.join(': '))
  }
  for (const status of [201, 204, 206, 302, 304, 307, 400, 401, 403, 429, 500, 503]) {
    t.equal(freshness(['cache-control', 'max-age=9'], { status }), undefined, String(status))
  }
  t.equal(freshness([], { trailers: true }), undefined, 'trailers are no part of a copy')
})

t.test('a status without a lifetime is cached by default, or not at all', async (t) => {
  for (const status of [200, 203, 301, 308]) t.same(freshness([], { status }), KEPT, String(status))
  for (const status of [300, 404, 410]) {
    t.equal(freshness([], { status }), undefined, String(status))
    t.match(freshness(['cache-control', 'max-age=9'], { status }), { lifetime: 9 }, String(status))
  }
})

const FRESHNESSES: readonly (readonly [headers: string[], freshness: Partial<typeof KEPT>])[] = [
  [['cache-control', 'max-age=9'], { lifetime: 9 }],
  [['cache-control', 'MAX-AGE=9'], { lifetime: 9 }],
  [['cache-control', 'max-age=9, s-maxage=7'], { lifetime: 7, isPublic: true }],
  [['cache-control', 'public'], { isPublic: true }],
  [['cache-control', 'max-age=9', 'age', '4'], { lifetime: 9, age: 4 }],
  [['age', 'old'], {}],
  [['expires', LATER], { lifetime: 90 }],
  [['expires', LATER, 'date', 'Thu, 01 Jan 2026 00:01:00 GMT'], { lifetime: 30 }],
  [['expires', 'thu, 01 jan 2026 00:01:30 gmt'], { lifetime: 90 }],
  [['expires', LATER, 'date', 'Wed, 31 Dec 2025 23:59:00 GMT'], { lifetime: 150, age: 60 }],
  [['cache-control', 'max-age=99999999999'], { lifetime: 2 ** 31 }],
  [['cache-control', 'max-age="3600"'], { lifetime: 3600 }],
  [['cache-control', 'max-age=9', 'age', '4, 0'], { lifetime: 9, age: 4 }],
  [['cache-control', 'max-age=9', 'age', '4', 'age', '0'], { lifetime: 9, age: 4 }],
  [['cache-control', 'max-age=9', 'age', '-4'], { lifetime: 9 }],
  [['cache-control', 'max-age=9, no-store, must-understand'], { lifetime: 9 }],
  [['cache-control', 'max-age=9', 'cdn-cache-control', 'no-store'], { lifetime: 9 }],
  [['expires', LATER, 'cache-control', 'max-age=9'], { lifetime: 9 }],
  [['cache-control', 'x="no-store, private", max-age=9'], { lifetime: 9 }],
]

for (const [headers, expected] of FRESHNESSES) {
  t.test(`${headers.join(': ')} stays ${JSON.stringify(expected)}`, async (t) => {
    t.same(freshness(headers), { ...KEPT, ...expected })
  })
}

t.test('the fields of Vary are listed once each, in a fixed order', async (t) => {
  t.same(freshness(['vary', 'b, A,, a', 'vary', 'B , c']), { ...KEPT, vary: ['a', 'b', 'c'] })
})

t.test('the time that stale responses are stored', async (t) => {
  const times = { revalidate: 100, staleWhileRevalidate: 5, staleIfError: 7 }
  const stale = (headers: string[], some: Partial<Times> = times): object | undefined => {
    const {
      lifetime: _l,
      age: _a,
      vary: _v,
      isPublic: _p,
      ...rest
    } = freshness(headers, {}, some) ?? {}
    return rest
  }
  const tag = ['etag', '"1"']
  const said = (text: string): string[] => ['cache-control', text]

  t.same(stale([]), { whileRevalidate: 5, ifError: 7 })
  t.same(stale(tag), { whileRevalidate: 5, ifError: 7, revalidate: 100 })
  t.same(stale(['last-modified', DATE]), { whileRevalidate: 5, ifError: 7, revalidate: 100 })
  t.same(stale(said('max-age=1, stale-while-revalidate=60, stale-if-error=0')), {
    whileRevalidate: 60,
  })
  t.same(stale(said('stale-while-revalidate=60'), {}), {}, 'only where it is asked for')
  t.same(stale(said('stale-while-revalidate=60'), { staleWhileRevalidate: 0 }), {
    whileRevalidate: 60,
  })
  t.same(stale(said('s-maxage=9')), {})
  t.same(stale(said('s-maxage=9, stale-if-error=3')), { ifError: 3 })
  for (const text of ['must-revalidate', 'max-age=9, proxy-revalidate', 'no-cache']) {
    t.same(stale([...said(`${text}, stale-if-error=9`), ...tag]), { revalidate: 100 }, text)
  }
  t.equal(freshness(said('no-cache'), {}, times), undefined, 'nothing to ask by')
  t.match(freshness([...said('no-cache'), ...tag], {}, times), { lifetime: 0 })
  t.match(freshness([...said('max-age=0'), ...tag], {}, times), { lifetime: 0 })
})

t.test('CDN-Cache-Control takes precedence in a CDN cache', async (t) => {
  const both = (text: string) =>
    freshness(
      ['cache-control', 'max-age=9', 'expires', LATER, 'cdn-cache-control', text],
      {},
      { cdn: true },
    )

  t.match(both('max-age=7'), { lifetime: 7 })
  t.match(both('max-age=7;x=1 , public'), { lifetime: 7, isPublic: true })
  t.match(both('public'), { lifetime: 60 }, 'what it does not say is not said')
  t.equal(both('no-store'), undefined)
  t.equal(both('private'), undefined)
  t.match(both('no-store=?0'), { lifetime: 60 })
  t.match(both('max-age="7"'), { lifetime: 60 }, 'seconds are integers')
  t.match(both('max-age=7.5'), { lifetime: 60 })
  for (const faulty of [
    '',
    ' ',
    'max-age=',
    'Max-Age=7',
    'max-age=7,',
    ',max-age=7',
    'max-age=7 8',
    'no-store max-age=7',
  ]) {
    t.match(both(faulty), { lifetime: 9 }, JSON.stringify(faulty))
  }
})
