import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { BoundarySearch, indexOfDelimiter } from '../../lib/forms/boundary.ts'
import { assertLinear } from '../support/linear.ts'
import { BOUNDARY, pieces } from '../support/multipart.ts'
import { anyText } from '../support/texts.ts'

/** What stands between boundaries, as a search is told it piece by piece. */
function told(boundary: string, all: Iterable<Uint8Array>): string[] {
  const between = ['']
  const search = new BoundarySearch(boundary, (isBoundary, data, start, end) => {
    between.push(between.pop() + Buffer.from(data.subarray(start, end)).toString('latin1'))
    if (isBoundary) between.push('')
  })
  for (const piece of all) search.push(Buffer.from(piece))
  return between
}

/** The same by the plainest means: a body begins as if a line had ended. */
function naive(boundary: string, text: string): string[] {
  return `\r\n${text}`.split(`\r\n--${boundary}`)
}

/** Cuts at these places, which may be the same. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = places.map((place) => place % (bytes.byteLength + 1)).sort((a, b) => a - b)
  return [0, ...sorted].map((from, at) => bytes.slice(from, sorted[at] ?? bytes.byteLength))
}

/** What ends a text, so that nothing is held back that may become a boundary. */
const END = '\0'

const BODIES: [what: string, body: string, between: string[]][] = [
  ['no boundary', 'hello', ['\r\nhello']],
  ['a boundary without preamble', '--b', ['', '']],
  ['a boundary behind a preamble', 'x\r\n--b', ['\r\nx', '']],
  ['boundaries side by side', '--b\r\n--b\r\n--b', ['', '', '', '']],
  ['a boundary that began before', '\r\r\n\r\n-\r\n--b', ['\r\n\r\r\n\r\n-', '']],
  ['no line before it', '--b x--b', ['', ' x--b']],
  ['half a line before it', '--b\n--b\r--b', ['', '\n--b\r--b']],
]

t.test('finds boundaries in any chunks', async (t) => {
  for (const [what, body, between] of BODIES) {
    const bytes = Buffer.from(body + END, 'latin1')
    const expected = [...between.slice(0, -1), `${between.at(-1)}${END}`]
    for (let size = 1; size <= bytes.byteLength; size++) {
      t.same(told('b', pieces(bytes, size)), expected, `${what}, in pieces of ${size}`)
    }
  }
})

const boundaries = fc.constantFrom('b', 'bb', '-', '--', 'a--a', 'x\tx', '~'.repeat(70))

/** Boundaries, what looks like one, and runs of what one is made of. */
const bodies = boundaries.chain((boundary) => {
  const line = `\r\n--${boundary}`
  const lookalikes = ['\r', '\n', '\r\n', '-', '--', 'b', 'x', '\0', '\xff', '\r\n\r\n-', '\r\n--']
  const piece = fc.oneof(
    fc.constantFrom(line, line.slice(0, -1), line.slice(1), `${line}${line}`, ...lookalikes),
    anyText({ maxLength: 5 }),
  )
  const text = fc.array(piece, { maxLength: 30, size: 'max' }).map((all) => all.join('') + END)
  return fc.tuple(fc.constant(boundary), text, fc.array(fc.nat(), { maxLength: 20, size: 'max' }))
})

t.test('finds the same parts as a plain split', async () => {
  fc.assert(
    fc.property(bodies, ([boundary, body, places]) => {
      const text = Buffer.from(body, 'latin1').toString('latin1')
      const found = told(boundary, cut(Buffer.from(text, 'latin1'), places))
      assert.deepEqual(found, naive(boundary, text))
    }),
    { numRuns: 500 },
  )
})

t.test('holds back only bytes that may begin a boundary', async (t) => {
  t.same(told('b', [Buffer.from('x\r\r\n--')]), ['\r\nx\r'])
  t.same(told('b', [Buffer.from('x\r\n-')]), ['\r\nx'])
  t.same(told('b', [Buffer.from('x\r\n'), Buffer.from(''), Buffer.from('-')]), ['\r\nx'])
  t.same(told('b', [Buffer.from('x\r\n_')]), ['\r\nx\r\n_'])
  t.same(told('b', []), [''])
})

t.test('marks held bytes as unsafe to keep', async (t) => {
  const kept: string[] = []
  const lent: string[] = []
  const search = new BoundarySearch('b', (_isBoundary, data, start, end, isSafe) => {
    const list = isSafe ? kept : lent
    list.push(Buffer.from(data.subarray(start, end)).toString('latin1'))
  })
  for (const piece of ['x\r\n-', '-', 'y\r', '\n--b']) search.push(Buffer.from(piece))

  t.same(kept, ['x', 'y'])
  t.same(lent, ['\r\n', '\r\n--', ''])
})

const [LONG, LONGEST] = ['a'.repeat(70), `${'ab'.repeat(34)}aa`]

/** Bodies of a megabyte in which boundaries nearly are, or that make a search jump short. */
const WORST: [boundary: string, worst: string][] = [
  [BOUNDARY, `\r\n--${BOUNDARY.slice(0, -1)}`],
  [BOUNDARY, `\r\n--${BOUNDARY}`],
  [BOUNDARY, '\r\n'],
  [BOUNDARY, '\r'],
  [BOUNDARY, '-'],
  ['-'.repeat(70), '-'],
  ['-'.repeat(70), '\r\n---'],
  [LONG, 'a'],
  [LONG, `\r\n--${LONG.slice(1)}`],
  [LONG, `${`\r\n--${LONG.slice(1)}`.repeat(200)}${'a'.repeat(50_000)}`],
  [LONG, `x${LONG.slice(1)}`],
  [LONGEST, 'ab'],
]

t.test('takes linear time', async (t) => {
  for (const [boundary, worst] of WORST) {
    const makeBody = (size: number): Buffer =>
      Buffer.from(worst.repeat(Math.ceil((size * 16) / worst.length)))
    const search = (body: Buffer, size: number): void => {
      const all = new BoundarySearch(boundary, () => {})
      for (let at = 0; at < body.byteLength; at += size) all.push(body.subarray(at, at + size))
    }
    assertLinear(t, makeBody, (body) => search(body, 65_536))
    assertLinear(t, makeBody, (body) => search(body, 61))
  }
})

t.test('finds the same without a Buffer', async () => {
  const piece = fc.constantFrom('\r', '\n', '\r\n', '-', '--', 'b', 'x', '\r\n--b', '\r\n--bb')
  const texts = fc.array(piece, { maxLength: 30 }).map((all) => all.join(''))
  fc.assert(
    fc.property(texts, fc.constantFrom('\r\n--b', '\r\n--bb'), fc.nat(40), (text, wanted, from) => {
      const [bytes, delimiter] = [new TextEncoder().encode(text), new TextEncoder().encode(wanted)]
      return (
        indexOfDelimiter(bytes, delimiter, from) === text.indexOf(wanted, from) ||
        from > text.length
      )
    }),
  )
})
