import fc from 'fast-check'
import t from 'tap'
import { contentRange, parseRange } from '../../lib/http/ranges.ts'
import { assertLinear } from '../support/linear.ts'

/** Pairs of start and end, of 100 bytes; null if the field is ignored. */
const cases: [field: string | null, ranges: [number, number][] | null][] = [
  [null, null],
  // RS-32
  ['bytes=0-4', [[0, 5]]],
  ['bytes=95-', [[95, 100]]],
  ['bytes=-10', [[90, 100]]],
  ['bytes=-1000', [[0, 100]]],
  ['bytes=90-1000', [[90, 100]]],
  ['bytes=0-99', [[0, 100]]],
  ['bytes=99-99', [[99, 100]]],
  [`bytes=0-${'9'.repeat(400)}`, [[0, 100]]],
  // RS-33: the unit is case-insensitive, other units are ignored
  ['BYTES=0-4', [[0, 5]]],
  ['items=0-4', null],
  ['bytes', null],
  ['bytes: 0-4', null],
  ['bytes =0-4', null],
  ['', null],
  // RFC 9110 section 15.3.7.2: in the order of the request, merged if they overlap or touch
  ['bytes=10-14, 0-4', [[10, 15], [0, 5]]], // biome-ignore format: a table
  ['bytes=50-59,-5,0-9,55-69,5-14', [[50, 70], [95, 100], [0, 15]]], // biome-ignore format: a table
  ['bytes=0-10,5-20', [[0, 21]]],
  ['bytes=5-20,0-10', [[0, 21]]],
  ['bytes=0-20,5-10', [[0, 21]]],
  ['bytes=0-9,10-19', [[0, 20]]],
  ['bytes=0-9,11-19', [[0, 10], [11, 20]]], // biome-ignore format: a table
  ['bytes=0-49,50-', [[0, 100]]],
  ['bytes=0-0,0-0,0-0', [[0, 1]]],
  ['bytes=,0-4 ,, \t10-14,', [[0, 5], [10, 15]]], // biome-ignore format: a table
  // ranges outside the size are dropped: fi-042
  ['bytes=0-4,200-300', [[0, 5]]],
  ['bytes=100-', []],
  ['bytes=100-,200-', []],
  ['bytes=-0', []],
  ['bytes=-0,0-4', [[0, 5]]],
  // RFC 9110 section 14.2: one invalid range makes the set invalid, and the field is ignored
  ['bytes=', null],
  ['bytes=,', null],
  ['bytes=-', null],
  ['bytes=5', null],
  ['bytes=5,0-4', null],
  ['bytes=abc-def,0-4', null],
  ['bytes=--5', null],
  ['bytes=0-4-9', null],
  ['bytes=5-4', null],
  ['bytes=200-100', null],
  ['bytes=+1-4', null],
  ['bytes=1_0-2_0', null],
  ['bytes=0x0-0x4', null],
  ['bytes=\xb2-4', null],
  ['bytes= 0 - 4 ', null],
  ['bytes=0-1, bytes=2-3', null],
]

t.test('the ranges of a field', async (t) => {
  for (const [field, ranges] of cases) {
    const wanted = ranges?.map(([start, end]) => ({ start, end })) ?? null
    t.same(parseRange(field, 100), wanted, `${field?.slice(0, 40)}`)
  }
})

t.test('an empty file has no ranges', async (t) => {
  t.same(parseRange('bytes=0-', 0), [])
  t.same(parseRange('bytes=0-4', 0), [])
  t.same(parseRange('bytes=-0', 0), [])
  t.equal(parseRange('bytes=-5', 0), null, 'all of it, since the last bytes are satisfiable')
  t.equal(parseRange('bytes=0-,-5', 0), null)
})

t.test('a field with too many ranges is ignored', async (t) => {
  const ranges = (count: number): string =>
    `bytes=${Array.from({ length: count }, (_, index) => `${2 * index}-${2 * index}`)}`

  t.equal(parseRange(ranges(32), 100)?.length, 32)
  t.equal(parseRange(ranges(33), 100), null)
  t.equal(parseRange(ranges(3), 100, 2), null)
  t.equal(parseRange(ranges(1), 100, 0), null)
  t.equal(parseRange(`bytes=0-4${','.repeat(32)}`, 100), null, 'empty ones count too')
})

t.test('exactly the requested bytes are selected', async (t) => {
  const size = 40
  const spec = fc.oneof(
    fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    fc.nat(60).map((first) => [first, undefined] as const),
    fc.nat(60).map((suffix) => [undefined, suffix] as const),
  )
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 20 }), (specs) => {
      const field = specs.map(([first, last]) => `${first ?? ''}-${last ?? ''}`).join()
      const asked = Array.from({ length: size }, (_, index) =>
        specs.some(([first, last]) =>
          first === undefined
            ? index >= size - (last ?? 0)
            : index >= first && index <= (last ?? size),
        ),
      )

      const ranges = parseRange(`bytes=${field}`, size) ?? []

      const selected = asked.map((_, at) =>
        ranges.some(({ start, end }) => at >= start && at < end),
      )
      t.strictSame(selected, asked, field)
      for (const [index, { start, end }] of ranges.entries()) {
        if (start >= end || end > size) t.fail(`${start}-${end} is no range of ${size} bytes`)
        const others = ranges.filter((_, at) => at !== index)
        if (others.some((other) => start <= other.end && other.start <= end)) {
          t.fail(`${field} is not joined`)
        }
      }
      // Each range contains the first requested byte that was not sent before.
      const firsts = specs
        .map(([first, last]) => (first === undefined ? Math.max(size - (last ?? 0), 0) : first))
        .map((at) => ranges.findIndex(({ start, end }) => at >= start && at < end))
        .filter((at) => at >= 0)
      t.strictSame([...new Set(firsts)], [...ranges.keys()], `${field} is in the order asked for`)
    }),
  )
})

t.test('takes linear time for any limit', async (t) => {
  const count = (text: string): unknown => parseRange(`bytes=${text}`, 1e9, Number.MAX_SAFE_INTEGER)
  for (const piece of ['0-0,', '9-,', '-1,', ',', ' ', '1', '-', '1-1 ']) {
    assertLinear(t, (size) => piece.repeat(size / piece.length), count)
  }
  assertLinear(
    t,
    (size) => Array.from({ length: size / 8 }, (_, i) => `${3 * i}-${3 * i}`).join(),
    count,
  )
})

t.test('Content-Range', async (t) => {
  t.equal(contentRange({ start: 0, end: 5 }, 100), 'bytes 0-4/100')
  t.equal(contentRange({ start: 99, end: 100 }, 100), 'bytes 99-99/100')
  t.equal(contentRange(null, 100), 'bytes */100')
})
