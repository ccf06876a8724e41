import t from 'tap'
import {
  requestPolicyOf,
  withoutConditions,
} from '../../../lib/middleware/cacheresponse/requests.ts'

const PLAIN = {
  mayUse: true,
  maxAge: Number.POSITIVE_INFINITY,
  minFresh: 0,
  onlyIfCached: false,
  mayKeep: true,
  hasCookies: false,
}

t.test('a plain GET may use the cache, and be cached', async (t) => {
  t.same(requestPolicyOf('GET', ['accept', '*/*']), PLAIN)
  t.same(requestPolicyOf('GET', ['content-length', '0']), PLAIN)
})

t.test('a HEAD may use the cache, and is not cached', async (t) => {
  t.same(requestPolicyOf('HEAD', []), { ...PLAIN, mayKeep: false })
})

// Advisory row 42.
t.test('requests that bypass the cache', async (t) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'QUERY', '']) {
    t.equal(requestPolicyOf(method, []), undefined, method)
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
    t.equal(requestPolicyOf('GET', headers), undefined, headers.join(': '))
  }
})

const POLICIES: readonly (readonly [headers: string[], policy: Partial<typeof PLAIN>])[] = [
  [['cache-control', 'no-cache'], { mayUse: false }],
  [['pragma', 'no-cache'], { mayUse: false }],
  [['pragma', 'no-cache', 'cache-control', 'max-age=5'], { maxAge: 5 }],
  [['cache-control', 'max-age=0'], { maxAge: 0 }],
  [['cache-control', 'max-age=5, max-age=9'], { maxAge: 5 }],
  [['cache-control', 'max-age=-1'], {}],
  [['cache-control', 'max-age=five'], {}],
  [['cache-control', 'max-age=99999999999'], { maxAge: 2 ** 31 }],
  [['cache-control', 'max-age="5"'], { maxAge: 5 }],
  [['cache-control', 'x="no-cache, no-store", min-fresh=3'], { minFresh: 3 }],
  [['cache-control', 'only-if-cached'], { onlyIfCached: true }],
  [['if-none-match', '"a"'], {}],
  [['if-modified-since', 'x'], {}],
  [['cookie', 'a=b'], { hasCookies: true }],
]

for (const [headers, policy] of POLICIES) {
  t.test(`${headers.join(': ')} is the directive ${JSON.stringify(policy)}`, async (t) => {
    t.same(requestPolicyOf('GET', headers), { ...PLAIN, ...policy })
  })
}

t.test('the conditions that the cache evaluates are removed', async (t) => {
  const plain = ['accept', 'if-none-match']

  t.equal(withoutConditions(plain), plain, 'where there are none, the list stays')
  t.same(withoutConditions(['if-none-match', '"a"', ...plain, 'if-modified-since', 'x']), plain)
})
