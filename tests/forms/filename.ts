import fc from 'fast-check'
import t from 'tap'
import { safeFilename } from '../../lib/forms/filename.ts'
import { anyText } from '../support/texts.ts'

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
  ['con .txt', '_con .txt'],
  ['con   ', '_con'],
  ['LPT².', '_LPT²'],
  ['lpt0 . .x', '_lpt0 . .x'],
  ['conin$', '_conin$'],
  ['CONOUT$ .log', '_CONOUT$ .log'],
  ['CLOCK$', '_CLOCK$'],
  ['con_.txt', 'con_.txt'],
  ['com10', 'com10'],
  ['conin', 'conin'],
  ['console', 'console'],
  ['a\ud800b', 'a\ufffdb'],
]

t.test('returns a name that every system accepts', async (t) => {
  for (const [given, safe] of NAMES) t.equal(safeFilename(given), safe, JSON.stringify(given))
  t.equal(safeFilename('...', 'file'), 'file')
})

t.test('keeps the extension of a name that is too long', async (t) => {
  t.equal(safeFilename(`${'a'.repeat(300)}.jpeg`), `${'a'.repeat(250)}.jpeg`)
  t.equal(safeFilename(`${'é'.repeat(300)}.jpeg`), `${'é'.repeat(125)}.jpeg`)
  t.equal(safeFilename('a'.repeat(300)), 'a'.repeat(255))
  t.equal(safeFilename(`a.${'b'.repeat(300)}`), `a.${'b'.repeat(253)}`)
})

t.test('a shortened name is not a device name either', async (t) => {
  t.equal(safeFilename(`LPT1${' '.repeat(252)}x`), '_LPT1')
})

t.test('is never the name of a device on Windows', (t) => {
  const devices = ['con', 'PRN', 'aux', 'NUL', 'conin$', 'CONOUT$', 'com1', 'COM³', 'lpt9', 'LPT¹']
  const around = fc.array(fc.constantFrom(' ', '.', '/', '\\', '\0', ':', 'x', ' '.repeat(250)), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(around, fc.constantFrom(...devices), around, (before, device, after) => {
      const name = safeFilename(`${before.join('')}${device}${after.join('')}`)
      // What Windows takes for the name: what stands before the first dot, without blanks behind it.
      const base = name.split('.')[0]?.trimEnd().toLowerCase() ?? ''
      return !devices.some((one) => one.toLowerCase() === base)
    }),
  )
  t.end()
})

t.test('is never a path', async (t) => {
  fc.assert(
    fc.property(anyText({ maxLength: 400 }), (given) => {
      const name = safeFilename(given)
      t.ok(name.length > 0 && Buffer.byteLength(name) <= 255, name)
      t.notMatch(name, /[\0-\x1f/\\:]|^\.|[. ]$/)
    }),
  )
})
