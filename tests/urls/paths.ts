// How a decoded path is written into a URL.
import fc from 'fast-check'
import t from 'tap'
import { encodePath, encodeSegment, withoutTrailingSlashes } from '../../lib/http/urls.ts'
import { assertLinear } from '../support/linear.ts'
import { anyText } from '../support/texts.ts'

const trimmed: [path: string, wanted: string][] = [
  ['', ''],
  ['/', ''],
  ['///', ''],
  ['/a/', '/a'],
  ['/a', '/a'],
  ['//a//b//', '//a//b'],
]

for (const [path, wanted] of trimmed) {
  t.test(`${path || 'nothing'} without slashes at its end is ${wanted || 'nothing'}`, (t) => {
    t.equal(withoutTrailingSlashes(path), wanted)
    t.end()
  })
}

const encoded: [path: string, wanted: string][] = [
  ["/AZaz09-._~!$&'()*+,;=:@", "/AZaz09-._~!$&'()*+,;=:@"],
  ['/a b', '/a%20b'],
  ['/é🌟', '/%C3%A9%F0%9F%8C%9F'],
  ['/a?b#c', '/a%3Fb%23c'],
  ['/100%', '/100%25'],
  ['/%41', '/%2541'],
  ['/a\\b', '/a%5Cb'],
  ['/[]{}|^`"<>', '/%5B%5D%7B%7D%7C%5E%60%22%3C%3E'],
  ['/\t\r\n\0', '/%09%0D%0A%00'],
  ['/\ud83c', '/%EF%BF%BD'],
  ['/a/../b', '/a/%252e%252e/b'],
  ['/./', '/%252e/'],
  ['/..', '/%252e%252e'],
  ['..', '%252e%252e'],
  ['../x', '%252e%252e/x'],
  ['./é', '%252e/%C3%A9'],
  ['/.../.a/a./..b/b..', '/.../.a/a./..b/b..'],
]

for (const [path, wanted] of encoded) {
  t.test(`the path ${JSON.stringify(path)} is written ${wanted}`, (t) => {
    t.equal(encodePath(path), wanted)
    t.end()
  })
}

const segments: [text: string, wanted: string][] = [
  ['a', 'a'],
  ['a/b', 'a%2Fb'],
  ['é/?', '%C3%A9%2F%3F'],
  ['.', '%252e'],
  ['..', '%252e%252e'],
  ['a/..', 'a%2F..'],
  ['../x', '..%2Fx'],
  ['...', '...'],
]

for (const [text, wanted] of segments) {
  t.test(`the segment ${JSON.stringify(text)} is written ${wanted}`, (t) => {
    t.equal(encodeSegment(text), wanted)
    t.end()
  })
}

const piece = fc.oneof(
  anyText(),
  fc.constantFrom(
    '',
    '.',
    '..',
    '%2e',
    '%2e%2e',
    '.%2E',
    'a.',
    '.a',
    '...',
    'é',
    '?',
    '#',
    '\\',
    '%',
  ),
)
const paths = fc.array(piece).map((pieces) => `/${pieces.join('/')}`)
const isDots = (segment: string): boolean => segment === '.' || segment === '..'

t.test('a URL parser reads back the encoded path', (t) => {
  fc.assert(
    fc.property(paths, (path) => {
      fc.pre(path.isWellFormed() && !path.split('/').some(isDots))
      t.equal(decodeURIComponent(new URL(`http://h${encodePath(path)}`).pathname), path)
    }),
  )
  t.end()
})

t.test('dot segments do not remove or move other segments', (t) => {
  fc.assert(
    fc.property(paths, (path) => {
      const { pathname } = new URL(`http://h${encodePath(path)}`)
      const read = pathname.split('/').map(decodeURIComponent)
      const wanted = path
        .toWellFormed()
        .split('/')
        .map((segment) => (isDots(segment) ? segment.replaceAll('.', '%2e') : segment))
      t.strictSame(read, wanted)
    }),
  )
  t.end()
})

t.test('a segment stays one segment, and is read back unchanged', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), piece), (text) => {
      const { pathname } = new URL(`http://h/a/${encodeSegment(text)}/b`)
      const [, first, middle = '', last, ...rest] = pathname.split('/')
      t.strictSame([first, last, rest], ['a', 'b', []])
      const wanted = text.toWellFormed()
      t.equal(decodeURIComponent(middle), isDots(wanted) ? wanted.replaceAll('.', '%2e') : wanted)
    }),
  )
  t.end()
})

for (const unit of ['/', '/.', '/..', './', 'é', '%', 'a', '?', ' ', '-', '0:']) {
  t.test(`is linear in many ${JSON.stringify(unit)}`, (t) => {
    const makeInput = (size: number): string => `${unit.repeat(size / unit.length)}x\\`

    assertLinear(t, makeInput, encodePath)
    assertLinear(t, makeInput, encodeSegment)
    assertLinear(t, makeInput, withoutTrailingSlashes)
    t.end()
  })
}
