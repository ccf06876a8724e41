import fc from 'fast-check'
import t from 'tap'
import { asksForType } from '../../lib/http/accept.ts'
import { assertLinear } from '../support/linear.ts'

const ASKED: readonly (readonly [accept: string, isAsked: boolean])[] = [
  ['text/html', true],
  ['Text/HTML', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', true],
  ['application/json, text/html', true],
  ['application/json , text/html ;q=0.1', true],
  ['text/html;level=1', true],
  ['text/html;level=1;q=0.5', true],
  ['text/html; q=1.000', true],
  [',, text/html,', true],
  ['text/plain;a="b,c";q=0, text/html', true],
  ['text/plain;a="\\",text/html', false],
  ['text/html;q=0', false],
  ['text/html;q=0.000, */*', false],
  ['text/html ; Q=0', false],
  ['text/html;a=";q=1";q=0', false],
  ['text/html;a=";q=0"', true],
  ['text/html;q=high', false],
  ['text/html;q=2', false],
  ['text/html;q=0, text/html', false],
  ['*/*', false],
  ['text/*', false],
  ['text/htmlx', false],
  ['x-text/html', false],
  ['application/json;profile="text/html"', false],
  ['application/json;a=", text/html"', false],
  ['application/json;a=", text/html', false],
  ['', false],
]

for (const [accept, isAsked] of ASKED) {
  t.test(`${JSON.stringify(accept)} ${isAsked ? 'asks' : 'does not ask'} for HTML`, async (t) => {
    t.equal(asksForType(accept, 'text/html'), isAsked)
  })
}

t.test('every type of a list is accepted, unless its weight is 0', async (t) => {
  const type = fc.constantFrom('text/html', 'text/plain', 'image/png', 'application/json', 'a/b')
  const range = fc.record({ type, weight: fc.integer({ min: 0, max: 1000 }) })
  fc.assert(
    fc.property(fc.uniqueArray(range, { selector: (one) => one.type }), type, (ranges, wanted) => {
      const accept = ranges.map(({ type, weight }) => `${type};q=${(weight / 1000).toFixed(3)}`)
      const isAsked = ranges.some(({ type, weight }) => type === wanted && weight > 0)
      return asksForType(accept.join(', '), wanted) === isAsked
    }),
  )
  t.pass('for all lists')
})

for (const unit of [',', ' ', '"', '"\\', ';', ';q=', 'a/b,', 'a/b;c="d",', '",']) {
  t.test(`is linear in many ${JSON.stringify(unit)}`, async (t) => {
    assertLinear(
      t,
      (size) => unit.repeat(size / unit.length),
      (accept) => void asksForType(accept, 'text/html'),
    )
  })
}
