import fc from 'fast-check'
import t from 'tap'
import { limitsOf, Meter } from '../../lib/forms/limits.ts'
import { parseUrlencoded as faster } from '../../lib/forms/urlencoded.ts'
import { parseUrlencoded } from '../../lib/forms/urlsearchparams.ts'

/** The fields, or the limit that they exceed. */
function told(parse: typeof parseUrlencoded, bytes: Uint8Array, maxPartSize: number): unknown {
  try {
    return parse(bytes, new Meter(limitsOf({ maxPartSize, maxFields: 8 }, 'test')))
  } catch (error) {
    return error instanceof Error ? error.message : error
  }
}

t.test('reads any body as the faster parser does, within the same limits', async (t) => {
  const unit = fc.constantFrom(
    'a',
    '&',
    '=',
    '+',
    '%',
    '4',
    '%41',
    '%c3%a9',
    '\xc3\xa9',
    '\xff',
    '?',
  )
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), fc.nat(12), (text, maxPartSize) => {
      const bytes = Buffer.from(text, 'latin1')
      t.same(told(parseUrlencoded, bytes, maxPartSize), told(faster, bytes, maxPartSize))
    }),
    { numRuns: 500 },
  )
  const mark = Buffer.from('\ufeffa=\ufeff&?b')
  t.same(told(parseUrlencoded, mark, 100), told(faster, mark, 100))
})
