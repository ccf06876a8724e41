import fc from 'fast-check'
import t from 'tap'
import { cutReason } from '../../lib/protocol/closereason.ts'
import { anyText } from '../support/texts.ts'

t.test('a reason that is too long for a frame is cut after a whole character', async (t) => {
  const x = 'x'.repeat(121)

  t.equal(cutReason(''), '')
  t.equal(cutReason(`${x}é`), `${x}é`)
  t.equal(cutReason(`${x}é☃`), `${x}é`)
  t.equal(cutReason(`${x}☃`), x)
  fc.assert(
    fc.property(anyText({ maxLength: 200 }), (reason) => {
      const cut = cutReason(reason)
      const size = new TextEncoder().encode(cut).byteLength
      return reason.startsWith(cut) && size <= 123 && (cut === reason || size > 119)
    }),
  )
})

t.test('a long reason is cut to 123 bytes, between characters', async (t) => {
  for (const [reason, cut] of [
    ['x'.repeat(123), 123],
    ['x'.repeat(124), 123],
    ['\u00e9'.repeat(62), 61],
    [`${'x'.repeat(121)}\u20ac`, 121],
    [`${'x'.repeat(120)}\u{1f600}`, 120],
    [`${'x'.repeat(119)}\u{1f600}`, 121],
    ['\u00e9'.repeat(41), 41],
  ] as const) {
    t.equal(cutReason(reason), reason.slice(0, cut))
  }
})
