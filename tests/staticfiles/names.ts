import path from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { servableName } from '../../lib/staticfiles/names.ts'
import { takesLess } from '../support/linear.ts'
import { runs } from '../support/runs.ts'

const nameOf = (decoded: string): string | undefined =>
  servableName(decoded, encodeURI(decoded.toWellFormed()), false)

const SERVED: readonly (readonly [path: string, name: string])[] = [
  ['/', ''],
  ['/a.txt', 'a.txt'],
  ['/dir/inner.txt', 'dir/inner.txt'],
  ['/dir/', 'dir'],
  ['/example.txt/', 'example.txt'], // ST-27
  ['/sp ace.txt', 'sp ace.txt'],
  ['/ leading', ' leading'],
  ['/hé.txt', 'hé.txt'],
  ['/👩‍💻.svg', '👩‍💻.svg'],
  ['/a..b', 'a..b'],
  ['/a.b.c', 'a.b.c'],
  ['/100%.txt', '100%.txt'],
  ['/%41.txt', '%41.txt'],
  ['/what?.html', 'what?.html'],
  ['/a#b;c=d@e', 'a#b;c=d@e'],
  ['/console.js', 'console.js'],
  ['/auxiliary/com.txt', 'auxiliary/com.txt'],
  ['/com10', 'com10'],
  ['/~user/a~b~1c.txt', '~user/a~b~1c.txt'],
  ['/quite-long-name~1.txt', 'quite-long-name~1.txt'],
  [`/${'a'.repeat(255)}`, 'a'.repeat(255)],
  [`/${'é'.repeat(127)}`, 'é'.repeat(127)],
  ['/__proto__/constructor', '__proto__/constructor'],
]

for (const [given, name] of SERVED) {
  t.test(`${JSON.stringify(given.slice(0, 40))} may be looked up`, async (t) => {
    t.equal(nameOf(given), name)
  })
}

const REFUSED: readonly (readonly [why: string, paths: readonly string[]])[] = [
  ['a path without a slash before it', ['', 'a.txt', '*', '@evil.example', '..']],
  ['a step up', ['/..', '/../a', '/a/../b', '/a/..', '/a/../', '/...', '/..../a']],
  ['a step nowhere', ['/.', '/./a', '/a/.', '/a/./b']],
  ['an empty segment', ['//', '//a', '/a//b', '/a//', '///', '//etc/passwd', '/a///']],
  ['a backslash', ['/a\\b', '/..\\a', '/\\', '/\\\\srv\\share\\a', '/a\\']],
  ['a drive', ['/C:/x', '/C:', '/c:x', '/dir/C:/x']],
  ['an alternate stream', ['/a.txt::$DATA', '/a.txt:b', '/dir:$I30:$INDEX_ALLOCATION/a']],
  ['a control character', ['/\0', '/a\0.txt', '/a\r\nb', '/a\tb', '/\x7f', '/\x1f']],
  ['half a character', ['/\ud800', '/a\udfff.txt']],
  ['a dot or a space at the end', ['/a.', '/a.txt.', '/a ', '/a.txt  ', '/dir./a', '/dir /a']],
  [
    'a device',
    ['/con', '/CON', '/nul.txt', '/a/aux.js', '/PRN.', '/com1', '/lpt9.tar.gz', '/com¹', '/LPT³'],
  ],
  ['a device with spaces or a console', ['/con .txt', '/CONIN$', '/conout$.txt', '/nul/a']],
  ['a short name', ['/HTACCE~1', '/secret~1.txt', '/a/PROGRA~2/b', '/A~12.C', '/~1']],
  ['a name with a dot before it', ['/.hidden', '/.git/config', '/a/.env', '/.well-known/x']],
  [
    'what another decoding would change',
    ['/%2e%2e/a', '/a%2Fb', '/a%5cb', '/a%00', '/%252e%252e%252fa', '/a%25252Fb'],
  ],
  ['a name that no file can have', [`/${'a'.repeat(256)}`, `/${'é'.repeat(128)}`]],
  ['a path that is too long', [`/${'a/'.repeat(2048)}a`]],
]

for (const [why, paths] of REFUSED) {
  t.test(`${why} is refused`, async (t) => {
    for (const given of paths) t.equal(nameOf(given), undefined, JSON.stringify(given.slice(0, 40)))
  })
}

t.test('an encoded slash or backslash is refused, although it is decoded', async (t) => {
  t.equal(servableName('/dir/inner.txt', '/static/dir/inner.txt', false), 'dir/inner.txt')
  t.equal(servableName('/a b', '/static/a%20b', false), 'a b')
  for (const rawPath of ['/static/dir%2Finner.txt', '/static/dir%2finner.txt', '/static%2Fdir/x']) {
    t.equal(servableName('/dir/inner.txt', rawPath, false), undefined, rawPath)
  }
  t.equal(servableName('/x', '/%5Cx', false), undefined)
})

t.test('names that begin with a dot are served with the option', async (t) => {
  const listed = new Set(['.well-known'])

  t.equal(servableName('/.env', '/.env', true), '.env')
  t.equal(servableName('/a/.git/x', '', true), 'a/.git/x')
  t.equal(servableName('/.well-known/a.txt', '', listed), '.well-known/a.txt')
  t.equal(servableName('/.well-known/.env', '', listed), undefined)
  t.equal(servableName('/.WELL-KNOWN/a', '', listed), undefined)
  for (const given of ['/..', '/../a', '/.', '/a/..', '/...', '/.../x', '/. ', '/.. /x']) {
    t.equal(servableName(given, given, true), undefined, given)
  }
})

const piece = fc.oneof(
  fc.constantFrom('.', '..', '/', '\\', ':', '~1', ' ', '\0', '%', '%2e', '%2f', '%5c', '%25'),
  fc.constantFrom('con', 'C:', 'dir', '.env', 'a.txt', '$DATA', 'é', '\ud800', '?', '*', '\x7f'),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
)
const anyPath = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`)

/** Whether a joined path is below the root, and called as it was asked for, on this platform. */
function staysInside(platform: path.PlatformPath, root: string, name: string): boolean {
  const joined = platform.join(root, name)
  const relative = platform.relative(root, joined)
  return (
    joined === platform.resolve(joined) &&
    (name === '' ? joined === root : joined.startsWith(root + platform.sep)) &&
    relative.replaceAll(platform.sep, '/') === name
  )
}

t.test('every accepted name stays inside the directory, on all platforms', async (t) => {
  let through = 0
  fc.assert(
    fc.property(anyPath, fc.boolean(), (given, dotNames) => {
      const name = servableName(given, given, dotNames)
      if (name === undefined) return true
      through++
      return (
        staysInside(path.posix, '/srv/files', name) &&
        staysInside(path.win32, 'C:\\srv\\files', name) &&
        staysInside(path.win32, '\\\\srv\\share\\files', name)
      )
    }),
    { numRuns: runs(1_000) },
  )
  t.ok(through > 100, `${through} were let through`)
})

t.test('decoding once more adds no separator or dot segment', async (t) => {
  let through = 0
  fc.assert(
    fc.property(anyPath, (given) => {
      const name = servableName(given, given, true)
      if (name === undefined) return true
      through++
      const again = name.replace(/%([0-9a-f]{2})/gi, (_, hex) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      )
      return (
        again.split('/').length === name.split('/').length &&
        !/[\\\0]|(?:^|\/)\.{1,2}(?:\/|$)/.test(again)
      )
    }),
    { numRuns: runs(500) },
  )
  t.ok(through > 40, `${through} were let through`)
})

t.test('takes linear time', async (t) => {
  for (const text of ['%', '%25', '~1', '.', 'con ', 'a/', ' ', '\\']) {
    const name = `/${text.repeat(4000 / text.length)}`
    t.ok(await takesLess(50, async () => nameOf(name)), text)
  }
})
