import fc from 'fast-check'
import t from 'tap'
import { contentDisposition } from '../../lib/http/disposition.ts'
import { isHeaderValue } from '../../lib/http/headers.ts'
import { runs } from '../support/runs.ts'
import { anyText } from '../support/texts.ts'

// RS-27; RFC 6266 sections 4.3 and 5, RFC 8187.
const names: [name: string, parameters: string][] = [
  ['digits.txt', 'filename="digits.txt"'],
  ['my file.txt', 'filename="my file.txt"'],
  ["it's (1) [a];b=c,d*.txt", 'filename="it\'s (1) [a];b=c,d*.txt"'],
  ['你好.txt', 'filename="__.txt"; filename*=utf-8\'\'%E4%BD%A0%E5%A5%BD.txt'],
  ['naïve.txt', 'filename="na_ve.txt"; filename*=utf-8\'\'na%C3%AFve.txt'],
  ['😀.txt', 'filename="_.txt"; filename*=utf-8\'\'%F0%9F%98%80.txt'],
  ['a"b;c.txt', 'filename="a_b;c.txt"; filename*=utf-8\'\'a%22b%3Bc.txt'],
  ['100%41.txt', 'filename="100_41.txt"; filename*=utf-8\'\'100%2541.txt'],
  ["é'()*!~.txt", "filename=\"_'()*!~.txt\"; filename*=utf-8''%C3%A9%27%28%29%2A!~.txt"],
  ['a/b.txt', 'filename="a_b.txt"'],
  ['..\\..\\b.txt', 'filename=".._.._b.txt"'],
  ['a\r\nset-cookie: b=c', 'filename="a__set-cookie: b=c"'],
  ['a\0\x7f\x9fb', 'filename="a___b"'],
  ['photo\u202egnp.exe', 'filename="photo_gnp.exe"'],
  ['a\ud800b', 'filename="a_b"; filename*=utf-8\'\'a%EF%BF%BDb'],
  ['', 'filename=""'],
]

t.test('a name is kept, and cannot add other parameters', async (t) => {
  for (const [name, parameters] of names) {
    t.equal(contentDisposition('attachment', name), `attachment; ${parameters}`)
    t.equal(contentDisposition('inline', name), `inline; ${parameters}`)
  }
})

t.test('without a name the value is only the disposition', async (t) => {
  t.equal(contentDisposition('inline'), 'inline')
  t.equal(contentDisposition('attachment'), 'attachment')
})

t.test('any name gives a valid value, and is parsed back', async (t) => {
  const shape =
    /^attachment; filename="[^"\\\x00-\x1f\x7f-\uffff]*"(?:; filename\*=utf-8''([\w!#$&+\-.^`|~%]*))?$/
  fc.assert(
    fc.property(anyText(), (name) => {
      const value = contentDisposition('attachment', name)

      const match = shape.exec(value)
      t.ok(match && isHeaderValue(value), JSON.stringify(name))
      const extended = match?.[1]
      if (extended === undefined) return
      const kept = name.toWellFormed().replace(/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '_')
      t.equal(decodeURIComponent(extended), kept)
    }),
  )
})

// An independent implementation of RFC 6266 section 4.1, RFC 9110 section 5.6.4 and RFC 8187 section 3.2.
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const VALUE = /"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*)"/y
const EXTENDED =
  /^([!#$%&+\-^_`{}~0-9A-Za-z]+)'([0-9A-Za-z-]*)'((?:%[0-9A-Fa-f]{2}|[!#$&+\-.^_`|~0-9A-Za-z])*)$/

/** The disposition and its parameters; throws if the grammar is violated or a name is duplicate. */
function parse(field: string): { disposition: string; parameters: Map<string, string> } {
  let index = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = index
    const match = pattern.exec(field)
    if (match === null) throw new Error(`${field} at ${index}`)
    index = pattern.lastIndex
    return match[1] ?? match[0]
  }
  const disposition = take(TOKEN)
  const parameters = new Map<string, string>()
  while (index < field.length) {
    take(/[\t ]*;[\t ]*/y)
    const name = take(TOKEN).toLowerCase()
    take(/[\t ]*=[\t ]*/y)
    if (parameters.has(name)) throw new Error(`${name} twice`)
    const isQuoted = field[index] === '"'
    if (name.endsWith('*') && isQuoted) throw new Error(`${name} in quotes`)
    const written = take(isQuoted ? VALUE : TOKEN)
    parameters.set(name, isQuoted ? written.replace(/\\(.)/g, '$1') : written)
  }
  return { disposition, parameters }
}

function decodeExtended(text: string): string {
  const [, charset = '', , value = ''] = EXTENDED.exec(text) ?? []
  if (charset.toLowerCase() !== 'utf-8') throw new Error(`charset ${charset}`)
  const bytes = [...value.matchAll(/%(..)|(.)/g)].map(([, hex, plain = '']) =>
    hex === undefined ? plain.charCodeAt(0) : Number.parseInt(hex, 16),
  )
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
}

const anyName = fc.oneof(
  anyText(),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '"',
          '\\',
          ';',
          '=',
          '%',
          '%22',
          "'",
          '*',
          ' ',
          '\t',
          '\r\n',
          '\0',
          '/',
          '..',
          'ä',
          '€',
        ],
        ...[
          '😀',
          '\ud800',
          '\udc00',
          '\u202e',
          '\u2066',
          '\ufeff',
          '\x7f',
          '\x85',
          'filename=',
          'a',
          '.exe',
        ],
      ),
    )
    .map((pieces) => pieces.join('')),
)

t.test('any name is safe for a parser of RFC 6266, and complete', async (t) => {
  fc.assert(
    fc.property(anyName, fc.constantFrom('attachment', 'inline'), (name, kind) => {
      const value = contentDisposition(kind as 'attachment', name)
      const { disposition, parameters } = parse(value)
      const plain = parameters.get('filename') ?? ''
      const extended = parameters.get('filename*')
      const arrived = extended === undefined ? plain : decodeExtended(extended)

      if (!isHeaderValue(value)) t.fail(`${JSON.stringify(value)} is no header value`)
      if (disposition !== kind) t.fail(`${disposition} is not ${kind}`)
      if (parameters.size !== (extended === undefined ? 1 : 2)) t.fail(`${value} has more`)
      if (!/^[ -~]*$/.test(plain) || /["\\%/]/.test(plain)) t.fail(`${plain} is not plain`)
      for (const shown of [plain, arrived]) {
        if (/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(shown)) t.fail(`${shown} is not safe`)
      }
      // Every character is kept, except the unsafe ones.
      const given = [...name.toWellFormed()]
      const kept = [...arrived]
      const same = given.every((one, at) => kept[at] === one || (kept[at] === '_' && !isSafe(one)))
      if (!same || kept.length !== given.length) t.fail(`${arrived} is not ${name}`)
    }),
    { numRuns: runs(500) },
  )
})

function isSafe(character: string): boolean {
  return !/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(character)
}

t.test('misuse throws', async (t) => {
  t.throws(
    () => contentDisposition('download' as never),
    /^contentDisposition: the disposition must be "attachment" or "inline", "download" was given\. /,
  )
  t.throws(
    () => contentDisposition('inline', 7 as never),
    /^contentDisposition: the file name must be text, 7 was given\. /,
  )
})
