// However a body is cut into pieces, it is read the same; and busboy reads the same parts.
import { deepStrictEqual } from 'node:assert'
import busboy from 'busboy'
import fc from 'fast-check'
import t from 'tap'
import { limitsOf, Meter } from '../../../lib/forms/limits.ts'
import { MultipartParser } from '../../../lib/forms/multipart.ts'
import { decoderOf } from '../../../lib/forms/text.ts'
import { assertLinear } from '../../support/linear.ts'
import { BOUNDARY, body, MULTIPART, part, pieces } from '../../support/multipart.ts'
import { runs } from '../../support/runs.ts'

/** What is read of a body: names, contents joined, or why it is refused. */
function told(all: Iterable<Uint8Array>, more: object = {}): unknown[] {
  const log: unknown[] = []
  let content = ''
  const limits = limitsOf({ maxHeaderPairs: 5000, ...more }, 'test')
  const parser = new MultipartParser(BOUNDARY, decoderOf(undefined), new Meter(limits))
  try {
    for (const piece of all) {
      for (const event of parser.write(piece)) {
        if (event instanceof Uint8Array) content += Buffer.from(event).toString('latin1')
        else if (event !== null) log.push(event.name, [...event.headers])
        else {
          log.push(content)
          content = ''
        }
      }
    }
    parser.end()
  } catch (error) {
    return [error instanceof Error ? error.message : error]
  }
  return log
}

t.test('headers may have 16 KB', async (t) => {
  const name = 'content-disposition: form-data; name=a'
  const headOf = (size: number): string[] => [name, `a: ${'x'.repeat(size - 9 - name.length)}`]
  for (const size of [1, 1000, 100_000]) {
    t.match(told(pieces(body(part(headOf(16_384))), size)), ['a', [[], ['a', /^x+$/]], ''])
    t.match(told(pieces(body(part(headOf(16_385))), size)), [/a header of a part is .*too long/])
  }
})

const NAMED = 'content-disposition: form-data; name=a'
const LINE = `\r\n--${BOUNDARY}`

/** Bodies of what parts are made of, in an order that is mostly good. */
const bodies = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          `${LINE}\r\n${NAMED}\r\n\r\n`,
          `${LINE}\r\n${NAMED}\r\nA:\tb\r\n c\r\n\r\n`,
        ),
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

t.test('any body is read the same, in any chunks', async (t) => {
  let [read, refused] = [0, 0]
  const end = Buffer.from(`${LINE}--`)
  fc.assert(
    fc.property(bodies, fc.integer({ min: 1, max: 50 }), (start, size) => {
      const bytes = Buffer.concat([start, end])
      const expected = told([bytes])
      if (expected.length > 1) read++
      if (expected.length === 1) refused++
      deepStrictEqual(told(pieces(bytes, size)), expected)
    }),
    { numRuns: runs(300) },
  )
  // About 130 and 110 of 300: far fewer would mean that the bodies are no good.
  t.ok(read > 50 && refused > 50, `${read} read, ${refused} refused`)
})

/** The parts as busboy reads them: name and content in turn. */
async function byBusboy(bytes: Uint8Array): Promise<unknown[]> {
  const log: unknown[] = []
  await new Promise((resolve, reject) => {
    const parser = busboy({ headers: { 'content-type': MULTIPART }, defCharset: 'latin1' })
    parser.on('field', (name, value) => log.push(name, value))
    parser.on('close', resolve)
    parser.on('error', reject)
    parser.end(bytes)
  })
  return log
}

t.test('contents of any bytes are read as busboy reads them', async () => {
  const bytes = fc.constantFrom(
    '\r',
    '\n',
    '-',
    '--',
    `--${BOUNDARY.slice(1)}`,
    LINE.slice(0, -1),
    'x',
  )
  const content = fc.string({ unit: bytes, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(fc.array(content, { maxLength: 5 }), fc.nat(60), async (contents, size) => {
      const all = body(...contents.map((each) => part([NAMED], each)))
      const ours = told(pieces(all, size + 1)).filter((each) => typeof each === 'string')
      deepStrictEqual(ours, await byBusboy(all))
    }),
  )
})

t.test('takes linear time', async (t) => {
  for (const unit of ['a', 'a: b\r\n', '\r', ' ', `${LINE}\r\n${NAMED}\r\n\r\n`, `${LINE}x`]) {
    const makeBody = (size: number): Buffer =>
      Buffer.from(`${LINE}\r\n${unit.repeat(Math.ceil((size * 4) / unit.length))}`)
    for (const size of [61, 65_536]) {
      assertLinear(t, makeBody, (bytes) => void told(pieces(bytes, size), { maxFields: Infinity }))
    }
  }
})
