import t from 'tap'
import { mediaTypeOf } from '../../lib/http/mimetypes.ts'

const types: [name: string, type: string | null][] = [
  ['a.txt', 'text/plain'],
  ['a.html', 'text/html'],
  ['a.js', 'text/javascript'],
  ['a.mjs', 'text/javascript'],
  ['a.json', 'application/json'],
  ['a.svg', 'image/svg+xml'],
  ['a.wasm', 'application/wasm'],
  ['a.woff2', 'font/woff2'],
  ['a.ts', 'video/mp2t'],
  ['PHOTO.JPEG', 'image/jpeg'],
  ['a.tar.gz', 'application/gzip'],
  ['dir.d/a.css', 'text/css'],
  ['C:\\dir\\a.css', 'text/css'],
  ['name with spaces.and.dots.pdf', 'application/pdf'],
  ['a.unknownext', null],
  ['noext', null],
  ['html', null],
  ['txt', null],
  ['dir.html/noext', null],
  ['dir.html/', null],
  ['.html', null],
  ['dir/.html', null],
  ['.hidden', null],
  ['.hidden.html', 'text/html'],
  ['a.', null],
  ['', null],
  ['a.__proto__', null],
  ['a.constructor', null],
  ['a.toString', null],
]

t.test('the extension of a name gives the type', async (t) => {
  for (const [name, type] of types) t.equal(mediaTypeOf(name), type, JSON.stringify(name))
})
