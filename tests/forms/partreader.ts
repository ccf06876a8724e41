import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { BoundarySearch } from '../../lib/forms/boundary.ts'
import { PartReader as BusboyReader } from '../../lib/forms/busboyreader.ts'
import { PartReader } from '../../lib/forms/partreader.ts'
import { assertLinear } from '../support/linear.ts'
import { BOUNDARY, body, field, file, part, pieces } from '../support/multipart.ts'

class Malformed extends Error {}

/** What a reader tells of a body: heads, contents joined, and how it ended. */
function told(
  Reader: typeof PartReader | typeof BusboyReader,
  all: Iterable<Uint8Array>,
): unknown[] {
  const log: unknown[] = []
  let content = ''
  let isHeadDue = false
  const reader = new Reader(BOUNDARY, {
    onHead: (fields) => {
      isHeadDue = false
      log.push(Object.entries(fields))
    },
    onContent: (bytes) => {
      if (bytes !== null) content += Buffer.from(bytes).toString('latin1')
      else {
        log.push(content)
        content = ''
      }
    },
    onMalformed: () => {
      throw new Malformed()
    },
  })
  // As the parser of forms has it: headers that a boundary cuts off are malformed.
  const search = new BoundarySearch(BOUNDARY, (isBoundary, ...rest) => {
    if (reader.complete) return
    reader.tell(isBoundary, ...rest)
    if (!isBoundary || reader.complete) return
    if (isHeadDue) throw new Malformed()
    isHeadDue = true
  })
  try {
    for (const piece of all) search.push(piece)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
  }
  return reader.complete ? [...log, content] : ['refused']
}

t.test('reports heads, contents and the end', async (t) => {
  const bytes = body(
    'a preamble\r\n',
    field('a', 'one'),
    file('f', 'x.txt', 'two\r\n--\r\n', 'text/x; a=b '),
    part(['Content-Disposition: form-data; name="b"', 'X-Folded: a', '\tb', 'x-folded:']),
  )
  for (let size = 1; size <= bytes.byteLength; size++) {
    t.same(told(PartReader, pieces(bytes, size)), [
      [['content-disposition', ['form-data; name="a"']]],
      'one',
      [
        ['content-disposition', ['form-data; name="f"; filename="x.txt"']],
        ['content-type', ['text/x; a=b ']],
      ],
      'two\r\n--\r\n',
      [
        ['content-disposition', ['form-data; name="b"']],
        ['x-folded', ['a\tb', '']],
      ],
      '',
      '',
    ])
  }
})

t.test('headers may have 16 KB', async (t) => {
  const headOf = (size: number): string => `a: ${'x'.repeat(size - 7)}`
  for (const size of [1, 1000, 100_000]) {
    const fits = told(PartReader, pieces(body(part(headOf(16_384))), size))
    t.match(fits, [[['a', [/^x+$/]]], '', ''])
    t.same(told(PartReader, pieces(body(part(headOf(16_385))), size)), ['refused'])
  }
})

const LINE = `\r\n--${BOUNDARY}`

/** Bodies of what parts are made of, in an order that is mostly good. */
const bodies = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(`${LINE}\r\na: b\r\n\r\n`, `${LINE}\r\nA:\tb\r\n c\r\n\r\n`),
      },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...[
            LINE,
            `${LINE}--`,
            `${LINE}-`,
            `${LINE}\r`,
            `${LINE}\r\n`,
            `${LINE} `,
            `${LINE}-\r\n`,
          ],
          ...[
            '\r',
            '\n',
            '\r\n',
            '\r\n\r\n',
            ':',
            ' ',
            '\t',
            'a',
            'a: b\r\n',
            'é: \xff',
            '\0',
            '-',
          ],
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 4 }) },
    ),
    { maxLength: 20 },
  )
  .map((all) => Buffer.from(all.join(''), 'latin1'))

t.test('reports the same as busboy, however the body is cut', async (t) => {
  let [read, refused] = [0, 0]
  const end = Buffer.from(`${LINE}--`)
  fc.assert(
    fc.property(bodies, fc.integer({ min: 1, max: 50 }), (start, size) => {
      const bytes = Buffer.concat([start, end])
      const expected = told(BusboyReader, [bytes])
      if (expected.length > 1) read++
      if (expected[0] === 'refused') refused++
      deepStrictEqual(told(PartReader, pieces(bytes, size)), expected)
    }),
    { numRuns: 1000 },
  )
  t.ok(read > 100 && refused > 100, `${read} read, ${refused} refused`)
})

t.test('bytes that may be overwritten are copied', async (t) => {
  const contents: Uint8Array[] = []
  const reader = new PartReader(BOUNDARY, {
    onHead: () => {},
    onContent: (bytes) => void (bytes !== null && contents.push(bytes)),
    onMalformed: () => t.fail('nothing is malformed'),
  })
  const data = new TextEncoder().encode('\r\na: b\r\n\r\nxy')
  reader.tell(true, data, 0, 0, true)
  reader.tell(false, data, 0, data.length - 1, false)
  reader.tell(false, data, data.length - 1, data.length, true)
  data.fill(0)

  t.same(contents, [new TextEncoder().encode('x'), Uint8Array.of(0)])
})

t.test('takes linear time', async (t) => {
  for (const unit of ['a', 'a: b\r\n', '\r', ' ', `${LINE}\r\na: b\r\n\r\n`, `${LINE}x`]) {
    const makeBody = (size: number): Buffer =>
      Buffer.from(`${LINE}\r\n${unit.repeat(Math.ceil((size * 4) / unit.length))}`)
    for (const size of [61, 65_536]) {
      assertLinear(t, makeBody, (bytes) => void told(PartReader, pieces(bytes, size)))
    }
  }
})
