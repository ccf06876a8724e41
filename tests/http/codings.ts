import fc from 'fast-check'
import t from 'tap'
import { type Coding, preferredCodings } from '../../lib/http/codings.ts'

const ALL: readonly Coding[] = ['br', 'zstd', 'gzip']

const PREFERRED: readonly (readonly [accept: string, preferred: readonly string[]])[] = [
  ['', []],
  ['gzip', ['gzip']],
  ['gzip, deflate, br, zstd', ['br', 'zstd', 'gzip']],
  ['GZip , BR', ['br', 'gzip']],
  ['x-gzip', ['gzip']],
  ['deflate', []],
  ['identity', []],
  ['*', ['br', 'zstd', 'gzip']],
  ['*;q=0', []],
  ['gzip;q=1, *;q=0', ['gzip']],
  ['*, br;q=0', ['zstd', 'gzip']],
  ['br;q=0.5, gzip;q=0.8', ['gzip', 'br']],
  ['br;q=0.5, gzip;q=0.5, zstd;q=0.501', ['zstd', 'br', 'gzip']],
  ['gzip;q=0', []],
  ['gzip;q=0.0, br;q=0.001', ['br']],
  ['gzip;q=0.5, identity', []],
  ['gzip;q=0.5, identity;q=0.5', ['gzip']],
  ['gzip;q=0.5, identity;q=0', ['gzip']],
  ['gzip;q=0.2, *;q=0.5', ['br', 'zstd']],
  ['gzip;q=0.2, *;q=0.5, identity;q=0.1', ['br', 'zstd', 'gzip']],
  ['gzip ; Q=1.000', ['gzip']],
  ['gzip;\tq=0.123', ['gzip']],
  // The first mention is used.
  ['gzip;q=0, gzip', []],
  // An invalid weight counts as 0.
  ['gzip;q=1.5, br', ['br']],
  ['gzip;q=, br', ['br']],
  ['gzip;level=9, br', ['br']],
  ['gzip;q=0.1234', []],
  ['gzip;q=-1', []],
  [',, ,gzip,', ['gzip']],
  ['gzipped, brotli', []],
]

for (const [accept, preferred] of PREFERRED) {
  t.test(`"${accept}" prefers ${preferred.join(', ') || 'plain bytes'}`, async (t) => {
    t.same(preferredCodings(accept, ALL), preferred)
  })
}

t.test(
  'only offered codings are returned, those of equal weight in the order of the offer',
  async (t) => {
    t.same(preferredCodings('gzip, br', ['gzip']), ['gzip'])
    t.same(preferredCodings('gzip, br', ['gzip', 'br']), ['gzip', 'br'])
    t.same(preferredCodings('gzip, br', []), [])
  },
)

t.test('the result is ordered by weight for any field', async (t) => {
  const weight = fc.integer({ min: 0, max: 1000 })
  fc.assert(
    fc.property(weight, weight, weight, (br, zstd, gzip) => {
      const weights: Record<Coding, number> = { br, zstd, gzip }
      const accept = ALL.map((coding) => `${coding};q=${(weights[coding] / 1000).toFixed(3)}`)
      const preferred = preferredCodings(accept.join(', '), ALL)

      const wanted = ALL.filter((coding) => weights[coding] > 0)
      const isOrdered = preferred
        .slice(1)
        .every((coding, index) => weights[preferred[index] ?? coding] >= weights[coding])
      return isOrdered && [...preferred].sort().join() === [...wanted].sort().join()
    }),
  )
  t.pass('for all weights')
})

// Advisory row 39.
t.test('takes linear time', async (t) => {
  for (const piece of [',', ' ', '"', ';', 'q=', 'gzip;q=0.', '*,', ';q=1;']) {
    t.ok(Array.isArray(preferredCodings(piece.repeat(16_384 / piece.length), ALL)), piece)
  }
})

// The results of other negotiators for the same fields, where RFC 9110 section 12.5.3 defines them.
const NEGOTIATED: readonly (readonly [accept: string, offered: readonly Coding[], best: string])[] =
  [
    ['gzip, deflate', ['br', 'gzip'], 'gzip'],
    ['gzip, deflate, br', ['br', 'gzip'], 'br'],
    ['deflate', ['br', 'gzip'], 'plain'],
    ['gzip;q=0.9, br;q=0.5', ['br', 'gzip'], 'gzip'],
    ['gzip;q=0', ['gzip'], 'plain'],
    ['*;q=0.1', ['gzip'], 'gzip'],
    ['br;q=0, *', ['br', 'gzip'], 'gzip'],
    ['gzip;q=0.8, identity;q=0.5, *;q=0.3', ['br', 'gzip'], 'gzip'],
    ['gzip;q=0.8, identity;q=0.9', ['gzip'], 'plain'],
    ['identity;q=0, gzip;q=0.001', ['gzip'], 'gzip'],
    ['identity', ['gzip'], 'plain'],
    ['compress;q=0.5, gzip;q=1.0', ['gzip'], 'gzip'],
    ['gzip;q=1.0, identity; q=0.5, *;q=0', ['br', 'gzip'], 'gzip'],
    ['GZIP', ['gzip'], 'gzip'],
    ['', ['gzip'], 'plain'],
  ]

for (const [accept, offered, best] of NEGOTIATED) {
  t.test(`"${accept}" gets ${best} of ${offered.join(', ')}`, async (t) => {
    t.equal(preferredCodings(accept, offered)[0] ?? 'plain', best)
  })
}

t.test('a coding has its own weight, or that of the wildcard', async (t) => {
  const name = fc.constantFrom('br', 'zstd', 'gzip', 'identity', 'deflate', '*')
  const element = fc.record({
    name,
    weight: fc.integer({ min: 0, max: 1000 }),
    upper: fc.boolean(),
  })
  const list = fc.uniqueArray(element, { selector: (one) => one.name })
  fc.assert(
    fc.property(list, (elements) => {
      const accept = elements.map(
        ({ name, weight, upper }) =>
          `${upper ? name.toUpperCase() : name};q=${(weight / 1000).toFixed(3)}`,
      )
      const weightOf = (name: string): number | undefined =>
        (elements.find((one) => one.name === name) ?? elements.find((one) => one.name === '*'))
          ?.weight
      const plain = weightOf('identity') ?? 0
      const wanted = ALL.filter((coding) => {
        const weight = weightOf(coding) ?? 0
        return weight > 0 && weight >= plain
      })
      wanted.sort((one, other) => (weightOf(other) ?? 0) - (weightOf(one) ?? 0))
      return preferredCodings(accept.join(','), ALL).join() === wanted.join()
    }),
  )
  t.pass('for all lists')
})
