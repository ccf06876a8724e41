import t from 'tap'
import { stayOf, wishOf } from '../../../lib/middleware/cacheresponse/rules.ts'
import type { HTTPResponseStartMessage } from '../../../lib/types.ts'

const PLAIN = {
  mayUse: true,
  maxAge: Number.POSITIVE_INFINITY,
  minFresh: 0,
  onlyIfCached: false,
  mayKeep: true,
  hasCookies: false,
}

t.test('a plain GET takes what is kept, and may be kept', async (t) => {
  t.same(wishOf('GET', ['accept', '*/*']), PLAIN)
  t.same(wishOf('GET', ['content-length', '0']), PLAIN)
})

t.test('a HEAD takes what is kept, and is not', async (t) => {
  t.same(wishOf('HEAD', []), { ...PLAIN, mayKeep: false })
})

// Advisory row 42.
t.test('what is for the app alone', async (t) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'QUERY', '']) {
    t.equal(wishOf(method, []), undefined, method)
  }
  for (const headers of [
    ['authorization', 'Basic YTpi'],
    ['authorization', ''],
    ['range', 'bytes=0-1'],
    ['if-range', '"a"'],
    ['if-match', '"a"'],
    ['if-unmodified-since', 'x'],
    ['content-length', '1'],
    ['content-length', '00'],
    ['transfer-encoding', 'chunked'],
    ['cache-control', 'no-store'],
    ['cache-control', 'max-age=1, No-Store'],
    ['cache-control', 'max-age=1', 'cache-control', 'no-store'],
  ]) {
    t.equal(wishOf('GET', headers), undefined, headers.join(': '))
  }
})

const WISHES: readonly (readonly [headers: string[], wish: Partial<typeof PLAIN>])[] = [
  [['cache-control', 'no-cache'], { mayUse: false }],
  [['pragma', 'no-cache'], { mayUse: false }],
  [['pragma', 'no-cache', 'cache-control', 'max-age=5'], { maxAge: 5 }],
  [['cache-control', 'max-age=0'], { maxAge: 0 }],
  [['cache-control', 'max-age=5, max-age=9'], { maxAge: 5 }],
  [['cache-control', 'max-age=-1'], {}],
  [['cache-control', 'max-age=five'], {}],
  [['cache-control', 'max-age=99999999999'], {}],
  [['cache-control', 'x="no-cache, no-store", min-fresh=3'], { minFresh: 3 }],
  [['cache-control', 'only-if-cached'], { onlyIfCached: true }],
  [['if-none-match', '"a"'], { mayKeep: false }],
  [['if-modified-since', 'x'], { mayKeep: false }],
  [['cookie', 'a=b'], { hasCookies: true }],
]

for (const [headers, wish] of WISHES) {
  t.test(`${headers.join(': ')} wishes ${JSON.stringify(wish)}`, async (t) => {
    t.same(wishOf('GET', headers), { ...PLAIN, ...wish })
  })
}

const NOW = Date.UTC(2026, 0, 1)
const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT'
const LATER = 'Thu, 01 Jan 2026 00:01:30 GMT'

function stay(headers: string[], start: Partial<HTTPResponseStartMessage> = {}) {
  return stayOf({ type: 'http.response.start', status: 200, headers, ...start }, 60, NOW)
}

const KEPT = { lifetime: 60, age: 0, vary: [], isPublic: false }

// Advisory row 42.
t.test('what may not be kept', async (t) => {
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
    t.equal(stay(headers), undefined, headers.join(': '))
  }
  for (const status of [201, 204, 206, 302, 304, 307, 400, 401, 403, 429, 500, 503]) {
    t.equal(stay(['cache-control', 'max-age=9'], { status }), undefined, String(status))
  }
  t.equal(stay([], { trailers: true }), undefined, 'trailers are no part of a copy')
})

t.test('a status that says nothing of time is kept by default, or not at all', async (t) => {
  for (const status of [200, 203, 301, 308]) t.same(stay([], { status }), KEPT, String(status))
  for (const status of [300, 404, 410]) {
    t.equal(stay([], { status }), undefined, String(status))
    t.match(stay(['cache-control', 'max-age=9'], { status }), { lifetime: 9 }, String(status))
  }
})

const STAYS: readonly (readonly [headers: string[], stay: Partial<typeof KEPT>])[] = [
  [['cache-control', 'max-age=9'], { lifetime: 9 }],
  [['cache-control', 'MAX-AGE=9'], { lifetime: 9 }],
  [['cache-control', 'max-age=9, s-maxage=7'], { lifetime: 7, isPublic: true }],
  [['cache-control', 'public'], { isPublic: true }],
  [['cache-control', 'max-age=9', 'age', '4'], { lifetime: 9, age: 4 }],
  [['age', 'old'], {}],
  [['expires', LATER], { lifetime: 90 }],
  [['expires', LATER, 'date', 'Thu, 01 Jan 2026 00:01:00 GMT'], { lifetime: 30 }],
  [['expires', LATER, 'cache-control', 'max-age=9'], { lifetime: 9 }],
  [['cache-control', 'x="no-store, private", max-age=9'], { lifetime: 9 }],
]

for (const [headers, expected] of STAYS) {
  t.test(`${headers.join(': ')} stays ${JSON.stringify(expected)}`, async (t) => {
    t.same(stay(headers), { ...KEPT, ...expected })
  })
}

t.test('the fields it varies by are told once each, in one order', async (t) => {
  t.same(stay(['vary', 'b, A,, a', 'vary', 'B , c']), { ...KEPT, vary: ['a', 'b', 'c'] })
})
