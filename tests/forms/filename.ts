import fc from 'fast-check'
import t from 'tap'
import { safeFilename } from '../../lib/forms/filename.ts'

const NAMES: [given: string, safe: string][] = [
  ['photo.jpg', 'photo.jpg'],
  ['naïve ☃.tar.gz', 'naïve ☃.tar.gz'],
  ['/etc/passwd', 'passwd'],
  ['../../x', 'x'],
  ['..\\..\\x', 'x'],
  ['C:\\photos\\me.png', 'me.png'],
  ['C:me.png', 'C_me.png'],
  ['me.png:stream', 'me.png_stream'],
  ['a\0b', 'a_b'],
  ['a\r\nb', 'a__b'],
  ['<a>"|?*', '_a_____'],
  ['cod.\u202egpj.exe', 'cod._gpj.exe'],
  ['.htaccess', 'htaccess'],
  ['a.txt. .', 'a.txt'],
  ['.', 'upload'],
  ['..', 'upload'],
  ['', 'upload'],
  ['/', 'upload'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['com1', '_com1'],
  ['COM¹.log', '_COM¹.log'],
  ['console', 'console'],
  ['a\ud800b', 'a\ufffdb'],
]

t.test('makes a name that every system takes', async (t) => {
  for (const [given, safe] of NAMES) t.equal(safeFilename(given), safe, JSON.stringify(given))
  t.equal(safeFilename('...', 'file'), 'file')
})

t.test('keeps the extension of a name that is too long', async (t) => {
  t.equal(safeFilename(`${'a'.repeat(300)}.jpeg`), `${'a'.repeat(250)}.jpeg`)
  t.equal(safeFilename(`${'é'.repeat(300)}.jpeg`), `${'é'.repeat(125)}.jpeg`)
  t.equal(safeFilename('a'.repeat(300)), 'a'.repeat(255))
  t.equal(safeFilename(`a.${'b'.repeat(300)}`), `a.${'b'.repeat(253)}`)
})

t.test('is a name and no path, whatever is given', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
      const name = safeFilename(given)
      t.ok(name.length > 0 && Buffer.byteLength(name) <= 255, name)
      t.notMatch(name, /[\0-\x1f/\\:]|^\.|[. ]$/)
    }),
  )
})
