import fc from 'fast-check'
import t from 'tap'
import { encodeText } from '../../../lib/internal/bytes.ts'
import {
  ageOf,
  decode,
  type Entry,
  encodeEntry,
  encodeVariants,
  resourceKey,
  satisfies,
  variantKey,
} from '../../../lib/middleware/cacheresponse/entries.ts'
import { requestPolicyOf } from '../../../lib/middleware/cacheresponse/requests.ts'
import type { HTTPScope } from '../../../lib/types.ts'
import { httpScope } from '../../support/scopes.ts'

const ENTRY: Entry = {
  lifetime: 60,
  age: 5,
  vary: ['accept'],
  isPublic: false,
  status: 200,
  headers: ['content-type', 'text/plain', 'x-a', 'é"\n'],
  body: encodeText('one\ntwo'),
  time: 1_000_000,
}
const VARIANTS = { vary: ['accept', 'origin'], id: '7' }

t.test('an entry is decoded as it was encoded, with any bytes', async (t) => {
  t.same(decode(encodeEntry(ENTRY)), ENTRY)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
      const entry = decode(encodeEntry({ ...ENTRY, body }))
      t.same(entry && 'body' in entry && new Uint8Array(entry.body), body)
    }),
    { numRuns: 50 },
  )
})

t.test('variants are decoded as they were encoded', async (t) => {
  t.same(decode(encodeVariants(VARIANTS)), VARIANTS)
})

t.test('other values decode to undefined', async (t) => {
  for (const text of [
    '',
    '\n',
    'null\n',
    '7\n',
    '{}\n',
    '{"vary":"a","id":"7"}\n',
    '{"vary":[]}\n',
    '{"vary":[],"id":7}\n',
    '{"vary":[],"status":"200","headers":[]}\n',
    '{"vary":[],"status":200}\n',
    '{"vary":[],"id":"7"}',
    '{"vary":[]',
  ]) {
    t.equal(decode(encodeText(text)), undefined, JSON.stringify(text))
  }
  t.equal(decode(new Uint8Array([0xff, 0x0a])), undefined)
})

// Advisory rows 42 and 43.
t.test('each part of a request changes the key, whose length is constant', async (t) => {
  const keyOf = (scope: Partial<HTTPScope> = {}, extra = ''): string =>
    resourceKey(httpScope(scope), extra)
  const keys = [
    keyOf(),
    keyOf({ scheme: 'https' }),
    keyOf({ headers: ['host', 'other'] }),
    keyOf({ headers: [] }),
    keyOf({ rawPath: '/a' }),
    keyOf({ rawPath: '/%61' }),
    keyOf({ rawPath: '/A' }),
    keyOf({ rawPath: '/', queryString: 'a=1' }),
    keyOf({ rawPath: '/', queryString: 'a=1&b=2' }),
    keyOf({ rawPath: '/', queryString: 'b=2&a=1' }),
    keyOf({ rawPath: '/?a=1' }),
    keyOf({}, 'tenant'),
    keyOf({ queryString: 'tenant' }),
    keyOf({ rawPath: '/k-' }),
    keyOf({ rawPath: '/k45' }),
    keyOf({ rawPath: '/K' }),
    keyOf({ rawPath: '/\u212a' }),
    keyOf({ rawPath: '/","' }),
  ]

  t.equal(new Set(keys).size, keys.length)
  for (const key of keys) t.match(key, /^[\w-]{43}$/)
  t.equal(keyOf({ headers: ['host', 'TestServer.'] }), keyOf(), 'spellings of one host are one')
  t.equal(keyOf({ method: 'HEAD' }), keyOf(), 'a HEAD asks for the same')
  t.equal(keyOf({ headers: ['host', 'testserver', 'accept', 'a'] }), keyOf(), 'as do other fields')
})

t.test('a variant is found by the values of its fields, joined if there are several', async (t) => {
  const keyOf = (...headers: string[]): string => variantKey('key', VARIANTS, headers)

  t.equal(keyOf('accept', 'a', 'x', 'y'), keyOf('accept', 'a', 'x', 'z'))
  t.equal(keyOf('accept', 'a', 'accept', 'b'), keyOf('accept', 'a, b'))
  const keys = [
    keyOf(),
    keyOf('accept', ''),
    keyOf('accept', 'a'),
    keyOf('origin', 'a'),
    keyOf('accept', 'origin'),
    keyOf('accept', 'a', 'origin', 'b'),
    variantKey('other', VARIANTS, []),
    variantKey('key', { ...VARIANTS, id: '8' }, []),
  ]
  t.equal(new Set(keys).size, keys.length)
})

t.test('the age of an entry follows the clock, which may be set back', async (t) => {
  t.equal(ageOf(ENTRY, ENTRY.time), 5)
  t.equal(ageOf(ENTRY, ENTRY.time + 2_999), 7)
  t.equal(ageOf(ENTRY, ENTRY.time - 10_000), 5)
})

t.test('a request directive is satisfied by a fresh enough entry', async (t) => {
  const takes = (headers: string[], entry: Partial<Entry> = {}, seconds = 10): boolean => {
    const policy = requestPolicyOf('GET', headers)
    if (policy === undefined) throw new Error('the cache is not asked')
    return satisfies({ ...ENTRY, ...entry }, policy, ENTRY.time + seconds * 1000)
  }

  t.equal(takes([]), true)
  t.equal(takes([], {}, 54), true)
  t.equal(takes([], {}, 55), false, 'at its end it is stale')
  t.equal(takes(['cache-control', 'max-age=15']), true)
  t.equal(takes(['cache-control', 'max-age=14']), false)
  t.equal(takes(['cache-control', 'min-fresh=44']), true)
  t.equal(takes(['cache-control', 'min-fresh=45']), false)
  t.equal(takes(['cookie', 'a=b']), false, 'not said to be for everybody')
  t.equal(takes(['cookie', 'a=b'], { isPublic: true }), true)
})
