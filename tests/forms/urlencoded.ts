import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { limitsOf, Meter, type PartsOptions } from '../../lib/forms/limits.ts'
import { parseUrlencoded } from '../../lib/forms/urlencoded.ts'
import { assertLinear } from '../support/linear.ts'
import { runs } from '../support/runs.ts'

function parse(body: string | Uint8Array, options: PartsOptions = {}): [string, string][] {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  return parseUrlencoded(bytes, new Meter(limitsOf(options, 'test')))
}

const FORMS: [body: string, fields: [string, string][]][] = [
  ['', []],
  [
    'a=1&a=2',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  ['a=', [['a', '']]],
  ['a', [['a', '']]],
  ['=b', [['', 'b']]],
  ['=', [['', '']]],
  ['a=b=c', [['a', 'b=c']]],
  ['&&a=1&&', [['a', '1']]],
  ['a=1;b=2', [['a', '1;b=2']]],
  ['a+b=c+d%2B', [['a b', 'c d+']]],
  [
    '+=++&b',
    [
      [' ', '  '],
      ['b', ''],
    ],
  ],
  ['a=%+20%2', [['a', '% 20%2']]],
  ['a%20b=%C3%A9', [['a b', 'é']]],
  ['%61=%E2%98%83', [['a', '☃']]],
  ['a=%ff', [['a', '\ufffd']]],
  ['a=%ED%A0%80', [['a', '\ufffd\ufffd\ufffd']]],
  ['a=%EF%BB%BFb', [['a', '\ufeffb']]],
  ['a=%zz%4', [['a', '%zz%4']]],
  ['a=%zz%C3%A9', [['a', '%zzé']]],
  ['%=%', [['%', '%']]],
  ['a=\xe9', [['a', '\ufffd']]],
  ['stadt=K\xc3\xb6ln', [['stadt', 'Köln']]],
  ['\xc3%B6=%c3\xb6%', [['ö', 'ö%']]],
  ['a=\xef\xbb\xbfb', [['a', '\ufeffb']]],
  ['a=x\r\ny', [['a', 'x\r\ny']]],
  ['a=%26%3D', [['a', '&=']]],
  [
    '__proto__=1&constructor=2',
    [
      ['__proto__', '1'],
      ['constructor', '2'],
    ],
  ],
]

t.test('reads fields in their order: FM-9, FM-10, FM-11', async (t) => {
  for (const [body, fields] of FORMS) t.same(parse(body), fields, JSON.stringify(body))
})

t.test('leaves the bytes as they are, since a body can be read again', async (t) => {
  const body = Buffer.from('xa+b=c+dx').subarray(1, -1)

  t.same(parse(body), [['a b', 'c d']])
  t.same(body, Buffer.from('a+b=c+d'))
  t.same(parse(new Uint8Array(body)), [['a b', 'c d']])
})

t.test('parses bodies of browsers', async (t) => {
  const texts = fc.string({ unit: 'grapheme' }).map((text) => text.toWellFormed())
  fc.assert(
    fc.property(fc.array(fc.tuple(texts, texts)), (fields) => {
      const written = new URLSearchParams(fields).toString()
      t.same(parse(written), fields)
    }),
  )
})

/** Any bytes, among which those with a meaning are frequent. */
const anyBytes = fc.array(
  fc.oneof(
    fc.nat(255).map((byte) => String.fromCharCode(byte)),
    fc.constantFrom('&', '=', '+', '%', '%2', '%C3', '%a4', '\xc3', '\xb6', '%ED%A0%80', 'a'),
  ),
)

t.test('parses any bytes as URLSearchParams does', async () => {
  fc.assert(
    fc.property(anyBytes, (all) => {
      const bytes = all.join('')
      // It takes a text: of the same bytes, each that is not ASCII is escaped, and a first "?" too.
      const text = bytes
        .replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
        .replace(/^\?/, '%3F')
      assert.deepEqual(parse(bytes), [...new URLSearchParams(text)])
    }),
    { numRuns: runs(500) },
  )
})

t.test('counts fields, and their names and values as sent: FM-8', async (t) => {
  const tooLarge = { status: 413, message: 'Field exceeded maximum size of 5 bytes.' }

  t.same(parse('a=1&&b=2', { maxFields: 2 }).length, 2)
  t.throws(() => parse('a=1&b=2&c', { maxFields: 2 }), {
    status: 413,
    message: 'Too many fields. Maximum number of fields is 2.',
  })
  t.same(parse('ab=123&abcde', { maxPartSize: 5 }).length, 2)
  t.throws(() => parse('ab=1234', { maxPartSize: 5 }), tooLarge)
  t.throws(() => parse('abcdef', { maxPartSize: 5 }), tooLarge)
  t.throws(() => parse('a=%20%20', { maxPartSize: 5 }), tooLarge)
})

t.test('takes linear time', async (t) => {
  const limits = { maxFields: Number.POSITIVE_INFINITY }
  for (const worst of ['a&', 'a=b&', '=', '&', '%', '+', '%zz', '%ff&', '%C3%A9', 'a=%zz&']) {
    assertLinear(
      t,
      (size) => Buffer.from(worst.repeat(size / worst.length)),
      (body) => void parse(body, limits),
    )
  }
})
