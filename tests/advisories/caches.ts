// Published advisories about caches, and that they do not work here. Each test is named by the
// advisory. Those about what is kept are in tests/middleware/cacheresponse.ts.
import t from 'tap'
import { resourceKey, variantKey } from '../../lib/middleware/cacheresponse/entries.ts'
import { wishOf } from '../../lib/middleware/cacheresponse/rules.ts'
import { httpScope } from '../support/scopes.ts'

const keyOf = (rawPath: string, queryString = '', host = 'a'): string =>
  resourceKey(httpScope({ rawPath, queryString, headers: ['host', host] }), '')

t.test('Litestar CVE-2026-25480: no two resources have one key', async (t) => {
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

t.test('Litestar CVE-2026-25480: nor have two variants', async (t) => {
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

t.test('fresh CVE-2017-16119: the time of Cache-Control grows with its length', async (t) => {
  const once = (field: string): number => {
    const started = performance.now()
    for (let round = 0; round < 5; round++) wishOf('GET', ['cache-control', field])
    return performance.now() - started
  }
  // The best of some, since the machine has other things to do as well.
  const timeOf = (field: string): number =>
    Math.min(...Array.from({ length: 5 }, () => once(field)))
  for (const piece of [',', ' ', '"', '=', 'a=', '"a', '",', 'max-age=1,']) {
    const short = piece.repeat(Math.ceil(16_384 / piece.length))
    // A square would be 16 times as much.
    t.ok(timeOf(short.repeat(4)) < 10 * timeOf(short) + 20, JSON.stringify(piece))
  }
})
