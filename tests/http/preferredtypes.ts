// Which media types and languages a client prefers; the npm package negotiator agrees.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import t from 'tap'
import { preferredLanguages } from '../../lib/http/preferredlanguages.ts'
import { preferredTypes } from '../../lib/http/preferredtypes.ts'
import { assertLinear } from '../support/linear.ts'
import { runs } from '../support/runs.ts'

interface Negotiator {
  mediaTypes(offered: readonly string[]): string[]
  languages(offered: readonly string[]): string[]
}

// It comes without types.
const PeerNegotiator = createRequire(import.meta.url)('negotiator') as new (request: {
  headers: Record<string, string>
}) => Negotiator

const weight = fc.integer({ min: 0, max: 1000 }).map((n) => (n / 1000).toFixed(3))
const weighted = (name: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(name, fc.option(weight)), { minLength: 1, maxLength: 6 })
    .map((elements) =>
      elements.map(([text, q]) => (q === null ? text : `${text};q=${q}`)).join(', '),
    )

// One parameter at most, since negotiator does not count them.
const PARAMS = ['', ';level=1', ';level=2', ';a=b', ';A=B', ';a="b"', ';a="x,y"']
const type = fc
  .tuple(fc.constantFrom('text/html', 'text/plain', 'image/png'), fc.constantFrom(...PARAMS))
  .map(([name, params]) => name + params)
const range = fc.oneof(type, fc.constantFrom('*/*', 'text/*', 'image/*', 'TEXT/HTML', 'a/b'))

t.test('media types are chosen as negotiator does', async () => {
  fc.assert(
    fc.property(
      weighted(range),
      fc.uniqueArray(type, { minLength: 1, maxLength: 5 }),
      (accept, offered) => {
        const peer = new PeerNegotiator({ headers: { accept } })
        assert.deepEqual(preferredTypes(accept, offered), peer.mediaTypes(offered))
      },
    ),
    { numRuns: runs(500) },
  )
})

t.test('languages of one subtag are chosen as negotiator does', async () => {
  const tags = ['de', 'en', 'fr', 'pt']
  fc.assert(
    fc.property(
      weighted(fc.constantFrom(...tags, '*', 'DE')),
      fc.uniqueArray(fc.constantFrom(...tags), { minLength: 1 }),
      (accept, offered) => {
        const peer = new PeerNegotiator({ headers: { 'accept-language': accept } })
        assert.deepEqual(preferredLanguages(accept, offered), peer.languages(offered))
      },
    ),
    { numRuns: runs(300) },
  )
})

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

const TYPES: readonly (readonly [accept: string, best: string])[] = [
  ['', 'a/json a/html'],
  [' ', 'a/json a/html'],
  ['*/*', 'a/json a/html'],
  [',, a/html ,', 'a/html'],
  ['a/*;q=0.5, a/html', 'a/html a/json'],
  ['a/html, */*', 'a/html a/json'],
  ['a/*, a/html;q=0', 'a/json'],
  ['*/*;q=0', ''],
  ['b/*', ''],
  ['*/json', ''],
  ['a/json;q=high, a/html;q=0.1', 'a/html'],
  ['a/json;q=0.2;ext=1, a/html;q=0.1', 'a/json a/html'],
  ['a/json;x=1;x=2, a/html', 'a/html'],
  ['a/json;x="a,b";q=1, a/html;q=0.5', 'a/html'],
  ['a/json;x="a,b', ''],
]
for (const [accept, best] of TYPES) {
  t.test(`"${accept}" gives "${best}"`, async (t) => {
    t.equal(preferredTypes(accept, ['a/json', 'a/html']).join(' '), best)
  })
}

t.test('a range with more parameters is more specific', async (t) => {
  const offered = ['a/b;x=1', 'a/b;x=1;y=2']
  t.same(preferredTypes('a/b;x=1;q=0.5, a/b;x=1;y=2;q=0.1', offered), offered)
  t.same(preferredTypes('a/b;x=1, a/b;y=2;x=1;q=0', offered), ['a/b;x=1'])
})

t.test('a browser prefers HTML', async (t) => {
  const offered = ['application/json', 'text/html']
  t.same(preferredTypes(BROWSER, offered), ['text/html', 'application/json'])
})

const LANGUAGES: readonly (readonly [accept: string, offered: string, best: string])[] = [
  ['', 'en de', 'en de'],
  ['*', 'en de', 'en de'],
  ['de', 'en de', 'de'],
  ['DE-ch', 'en de', 'de'],
  ['de', 'en de-AT', 'de-AT'],
  ['de-CH, fr;q=0.5', 'en fr de', 'de fr'],
  ['zh-Hant-TW', 'zh zh-Hant', 'zh-Hant zh'],
  ['zh-Hant-TW', 'zh-TW', ''],
  ['de-CH;q=0, de', 'de-CH de', 'de'],
  ['de-CH;q=0, *', 'de-CH de', 'de'],
  ['de;q=0, *', 'de-CH de en', 'en'],
  ['de;q=0, de-CH', 'de-CH de', 'de-CH'],
  ['de-CH, *;q=0.1', 'fr de', 'de fr'],
  ['de, *;q=0', 'fr de', 'de'],
  ['d', 'de', ''],
  ['de-', 'de', ''],
  ['de;q=x', 'de', ''],
  ['de;q=0.1, de;q=0.9, en;q=0.5', 'en de', 'de en'],
]
for (const [accept, offered, best] of LANGUAGES) {
  t.test(`"${accept}" of "${offered}" gives "${best}"`, async (t) => {
    t.equal(preferredLanguages(accept, offered.split(' ')).join(' '), best)
  })
}

t.test('any text is read in linear time', async (t) => {
  for (const part of ['"', '\\', ',', ';', 'a/b;', 'a/b,', '"\\', 'q=', ' ', '-', '";']) {
    assertLinear(
      t,
      (size) => part.repeat(size / part.length),
      (accept) => [preferredTypes(accept, ['a/b']), preferredLanguages(accept, ['a'])],
    )
  }
})

t.test('any text is accepted', async (t) => {
  fc.assert(
    fc.property(fc.string(), (accept) => {
      for (const found of preferredTypes(accept, ['a/b', 'c/d']))
        t.ok(['a/b', 'c/d'].includes(found))
    }),
  )
})
