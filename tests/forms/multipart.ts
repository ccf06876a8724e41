import fc from 'fast-check'
import t from 'tap'
import { limitsOf, Meter, type PartsOptions } from '../../lib/forms/limits.ts'
import { MultipartParser, type PartEvent } from '../../lib/forms/multipart.ts'
import { decoderOf } from '../../lib/forms/text.ts'
import { BOUNDARY, body, field, file, part, pieces } from '../support/multipart.ts'

interface Read {
  name: string
  filename: string | null
  contentType: string | null
  headers: [string, string][]
  content: string
}

function parserFor(options: PartsOptions = {}, boundary = BOUNDARY): MultipartParser {
  return new MultipartParser(boundary, decoderOf(undefined), new Meter(limitsOf(options, 'test')))
}

/** What a body holds, read in pieces of this size. */
function read(bytes: Uint8Array, size = bytes.byteLength, options?: PartsOptions): Read[] {
  const parser = parserFor(options)
  const events = pieces(bytes, size).flatMap((piece) => parser.write(piece))
  parser.end()
  return joined(events)
}

function joined(events: readonly PartEvent[]): Read[] {
  const parts: Read[] = []
  let open = false
  for (const event of events) {
    const last = parts.at(-1)
    if (event === null) open = false
    else if (event instanceof Uint8Array) {
      if (last !== undefined && open) last.content += Buffer.from(event).toString('latin1')
    } else {
      const { name, filename, contentType, headers } = event
      parts.push({ name, filename, contentType, headers: [...headers], content: '' })
      open = true
    }
  }
  return parts
}

const SAMPLE = body(
  'a preamble\r\n',
  field('a', '1'),
  field('a', ''),
  part(
    [
      'Content-Disposition: form-data; name="f"; filename="f.bin"',
      'CONTENT-TYPE: application/x-thing; a=b ',
      'X-Custom: one',
      'x-custom: two',
      'X-Folded: a',
      ' b',
    ],
    '\r\n--\r\n--boundary12\r\n\0\xff\r',
  ),
)

t.test('reports parts in their order, with all their headers: FM-14, FM-16', async (t) => {
  const disposition = 'form-data; name="f"; filename="f.bin"'

  t.match(read(SAMPLE), [
    { name: 'a', filename: null, contentType: null, content: '1' },
    { name: 'a', filename: null, content: '' },
    {
      name: 'f',
      filename: 'f.bin',
      contentType: 'application/x-thing; a=b',
      headers: [
        ['content-disposition', disposition],
        ['content-type', 'application/x-thing; a=b'],
        ['x-custom', 'one'],
        ['x-custom', 'two'],
        ['x-folded', 'a b'],
      ],
      content: '\r\n--\r\n--boundary12\r\n\0\xff\r',
    },
  ])
})

t.test('parses the same however the body is cut', async (t) => {
  const whole = read(SAMPLE)
  for (let size = 1; size <= SAMPLE.byteLength; size++) {
    t.same(read(SAMPLE, size), whole, `pieces of ${size}`)
  }
})

/** Content of line ends, dashes, and all but the last byte of a boundary. */
const contents = fc
  .array(
    fc.constantFrom('\r', '\n', '\r\n', '-', '--', `\r\n--${BOUNDARY.slice(0, -1)}`, 'x', '\0'),
  )
  .map((all) => all.join(''))

t.test('yields any content unchanged, in any chunks', async (t) => {
  const some = fc.array(contents, { maxLength: 5 })
  const around = fc.tuple(contents, contents)
  fc.assert(
    fc.property(some, around, fc.integer({ min: 1, max: 80 }), (list, [before, after], size) => {
      const parts = body(...list.map((content) => file('f', 'f', content))).toString('latin1')
      const bytes = Buffer.from(`${before}\r\n${parts}${after}`, 'latin1')

      t.same(
        read(bytes, size).map(({ content }) => content),
        list,
      )
    }),
  )
})

t.test('gives bytes that may be overwritten', async (t) => {
  const content = '\r\n--bound\r\n--boundary'
  const bytes = body(file('f', 'f', content), file('g', 'g', content))
  const parser = parserFor()
  const events = pieces(bytes, 3).flatMap((piece) =>
    parser.write(piece).map((event) => {
      if (!(event instanceof Uint8Array)) return event
      const copy = Buffer.from(event)
      event.fill(0)
      return copy
    }),
  )

  t.match(joined(events), [{ content }, { content }])
})

const DISPOSITIONS: [disposition: string, name: string, filename: string | null][] = [
  ['form-data; name="a"', 'a', null],
  ['form-data; name=a; filename=t.txt', 'a', 't.txt'],
  ['form-data; name="a";', 'a', null],
  ['form-data; NAME="a"; FileName="b"', 'a', 'b'],
  ['form-data; name=""', '', null],
  ['form-data; name="a"; filename=""', 'a', ''],
  ['form-data; name="a\\"b"', 'a"b', null],
  ['form-data; name="a%22b%0D%0Ac"; filename="%22"', 'a"b\r\nc', '"'],
  ['form-data; name="a%0a%20%2522"', 'a%0a%20%2522', null],
  ['form-data; name="a\\b\\\\c"; filename="d\\"', 'a\\b\\\\c', 'd\\'],
  ['form-data; name="a\\" ; filename="b\\"', 'a\\', 'b\\'],
  ['form-data; name="\\"\\""', '""', null],
  ['form-data; name="a[b][c]"', 'a[b][c]', null],
  ['form-data; name="__proto__"', '__proto__', null],
  ['form-data; name="n\xc3\xa4me"; filename="na\xc3\xafve"', 'näme', 'naïve'],
  ['form-data; name="\xe4"', 'ä', null],
  ['form-data; name="a"; filename*=UTF-8\'\'b.txt', 'a', 'b.txt'],
  ['form-data; name="a"; filename*=utf-8\'de\'na%C3%AFve', 'a', 'naïve'],
  ['form-data; name="a"; filename*=b%20.txt', 'a', 'b%20.txt'],
  ['form-data; name="a"; filename*=UTF-8\'\'%ff', 'a', '%ff'],
  ['form-data; name="a"; filename="b"; filename*=UTF-8\'\'c', 'a', 'b'],
  ['form-data; name="a"; filename="C:\\photos\\me.png"', 'a', 'me.png'],
  ['form-data; name="a"; filename="../b/c"', 'a', '../b/c'],
  ['attachment; name="a"', 'a', null],
]

t.test('reads name and filename: FM-15, FM-24', async (t) => {
  for (const [disposition, name, filename] of DISPOSITIONS) {
    const [only] = read(body(part(`Content-Disposition: ${disposition}`, 'x')))

    t.match(only, { name, filename, content: 'x' }, disposition)
  }
})

t.test('takes spaces after a boundary as transport padding, however it is cut', async (t) => {
  for (const padding of [' ', '\t', ' \t '.repeat(40)]) {
    const parts = [field('a', '1'), field('b', ' 2')].join('')
    const padded = body(parts, '').toString('latin1').replaceAll(BOUNDARY, `${BOUNDARY}${padding}`)
    const bytes = Buffer.from(padded.replace(`${padding}--\r\n`, `--${padding}\r\n`), 'latin1')
    for (const size of [1, 2, 7, bytes.byteLength]) {
      t.match(read(bytes, size), [
        { name: 'a', content: '1' },
        { name: 'b', content: ' 2' },
      ])
    }
  }
})

const NAMELESS = [
  'X-Nothing: 1',
  'Content-Disposition: form-data',
  'Content-Disposition: form-data; ="x"',
  'Content-Disposition: form-data; filename="x"',
  'Content-Disposition: form-data; name="x',
  'Content-Disposition: form-data; name="x"; name="y"',
  'Content-Disposition: form-data; name="x"\r\nContent-Disposition: form-data; name="y"',
]

t.test('refuses a part without exactly one name: FM-18', async (t) => {
  for (const headers of NAMELESS) {
    t.throws(() => read(body(part(headers, 'x'))), {
      status: 400,
      message: 'The Content-Disposition header field "name" must be provided.',
    })
  }
})

const MALFORMED: [what: string, bytes: string][] = [
  ['text instead of parts', 'hello'],
  ['another boundary', `--other\r\nA: b\r\n\r\nx\r\n--other--\r\n`],
  ['line feeds only', body(field('a', '1')).toString('latin1').replaceAll('\r\n', '\n')],
  ['no last boundary', field('a', '1')],
  ['an end within the headers', `--${BOUNDARY}\r\nContent-Disposition: form-data`],
  ['an end within the last boundary', `${field('a', '1')}--${BOUNDARY}-`],
  ['no headers', `--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}--\r\n`],
  ['a header without a colon', body(part('Content-Disposition')).toString('latin1')],
  ['a header without a name', body(part(': x')).toString('latin1')],
  ['a header with a NUL', body(part('a: x\0')).toString('latin1')],
  ['a longer boundary', `${field('a', '1')}--${BOUNDARY}4\r\nA: b\r\n\r\nx\r\n--${BOUNDARY}--`],
  ['text behind a boundary', `${field('a', '1')}--${BOUNDARY}x\r\n${field('b', '2')}`],
  ['blanks and text behind a boundary', `${field('a', '1')}--${BOUNDARY} x\r\n${field('b', '2')}`],
  ['blanks before two dashes', `${field('a', '1')}--${BOUNDARY} --\r\n`],
  ['one dash behind a boundary', `${field('a', '1')}--${BOUNDARY}-x${field('b', '2')}`],
]

t.test('refuses a malformed body, in any chunks: FM-17, FM-25', async (t) => {
  for (const [what, text] of MALFORMED) {
    const bytes = Buffer.from(text, 'latin1')
    for (const size of [1, 7, bytes.byteLength]) {
      t.throws(
        () => read(bytes, size),
        { status: 400, message: /^The multipart body cannot be read: .*\.$/ },
        `${what}, in pieces of ${size}`,
      )
    }
  }
})

t.test('refuses boundaries without parts at the second one', async (t) => {
  for (const between of ['', ' ', '\r\n', '\r\nx: y']) {
    const parser = parserFor()
    parser.write(Buffer.from(`--${BOUNDARY}${between}\r\n--${BOUNDARY.slice(0, -1)}`))

    t.throws(() => parser.write(Buffer.from(BOUNDARY.slice(-1))), {
      status: 400,
      message: 'The multipart body cannot be read: a boundary is followed by text.',
    })
  }
})

t.test('reads nothing after the last boundary', async (t) => {
  const rest = ['\r\n', field('b', '2'), part(': no header')].join('')
  const more = Buffer.concat([body(field('a', '1')), Buffer.from(rest)])
  const end = Buffer.from(`--${BOUNDARY}--`)

  for (const size of [1, 7, more.byteLength]) {
    t.match(read(more, size), [{ name: 'a', content: '1' }])
    t.equal(read(more, size).length, 1)
  }
  t.same(read(end), [])
})

t.test('checks limits part by part, as early as possible: FM-6', async (t) => {
  const parser = parserFor({ maxFiles: 1 })
  parser.write(Buffer.from(file('f', 'one', 'x')))
  const head = file('f', 'two', 'x').slice(0, -2) // line ends are held back

  t.throws(() => parser.write(Buffer.from(head)), { status: 413, message: /^Too many files\./ })
  t.throws(() => read(body(field('a', '12345678901')), 9, { maxPartSize: 10 }), {
    status: 413,
    message: 'Field exceeded maximum size of 10 bytes.',
  })
  t.equal(read(body(field('a', '1234567890')), 9, { maxPartSize: 10 }).length, 1)
  t.throws(() => read(body(file('a', 'b', '12345678901')), 9, { maxFileSize: 10 }), {
    status: 413,
    message: 'File exceeded maximum size of 10 bytes.',
  })
})

const UNLIMITED = { maxHeaderPairs: Number.POSITIVE_INFINITY }

t.test('limits headers by number and size', async (t) => {
  const named = 'Content-Disposition: form-data; name="a"'
  const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `x-${at}: y`)

  t.equal(read(body(part([named, ...many(99)])))[0]?.headers.length, 100)
  t.throws(() => read(body(part([named, ...many(100)]))), {
    status: 400,
    message: 'Too many headers in a part. Maximum number of headers is 100.',
  })
  t.throws(() => read(body(part([named, ...many(3000)]))), { status: 400, message: /too long/ })
  t.equal(read(body(part([named, ...Array(3000).fill('a:b')])), 999, UNLIMITED).length, 1)
  t.throws(() => read(body(part([named, `x: ${'y'.repeat(17_000)}`]))), {
    status: 400,
    message: /a header of a part is malformed or too long/,
  })
})
