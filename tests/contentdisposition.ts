import fc from 'fast-check'
import t from 'tap'
import { contentDisposition } from '../lib/contentdisposition.ts'
import { isHeaderValue } from '../lib/headers.ts'

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

t.test('a name arrives, and does not break out', async (t) => {
  for (const [name, parameters] of names) {
    t.equal(contentDisposition('attachment', name), `attachment; ${parameters}`)
    t.equal(contentDisposition('inline', name), `inline; ${parameters}`)
  }
})

t.test('without a name there is the disposition alone', async (t) => {
  t.equal(contentDisposition('inline'), 'inline')
  t.equal(contentDisposition('attachment'), 'attachment')
})

t.test('any name gives a value that has its shape, and can be read back', async (t) => {
  const shape =
    /^attachment; filename="[^"\\\x00-\x1f\x7f-\uffff]*"(?:; filename\*=utf-8''([\w!#$&+\-.^`|~%]*))?$/
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
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

t.test('misuse throws', async (t) => {
  t.throws(
    () => contentDisposition('download' as never),
    /^contentDisposition: it is "attachment" or "inline", "download" was given\. /,
  )
  t.throws(
    () => contentDisposition('inline', 7 as never),
    /^contentDisposition: the file name must be text, number was given\. /,
  )
})
