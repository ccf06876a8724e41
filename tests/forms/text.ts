import t from 'tap'
import { decodeLatin1, decoderOf, encodeLatin1 } from '../../lib/forms/text.ts'

const EVERY = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256)
const E_ACUTE = Uint8Array.of(0xc3, 0xa9)

t.test('turns bytes into characters of the same numbers, and back', async (t) => {
  const text = decodeLatin1(EVERY)

  t.equal(text.length, EVERY.length)
  t.ok([...text].every((character, index) => character.charCodeAt(0) === EVERY[index]))
  t.same(encodeLatin1(text), EVERY)
  t.equal(decodeLatin1(EVERY.subarray(0x41, 0x43)), 'AB', 'of the view, not of its buffer')
})

t.test('does so without Buffer', async (t) => {
  const { Buffer } = globalThis
  Reflect.deleteProperty(globalThis, 'Buffer')
  const text = decodeLatin1(EVERY)
  globalThis.Buffer = Buffer

  t.equal(text, Buffer.from(EVERY).toString('latin1'))
})

const DECODED: [charset: string | undefined, bytes: Uint8Array, text: string][] = [
  [undefined, E_ACUTE, 'é'],
  ['UTF-8', E_ACUTE, 'é'],
  [undefined, Uint8Array.of(0xe9), 'é'],
  [undefined, Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), '\ufeffa'],
  ['latin-1', E_ACUTE, 'Ã©'],
  ['ISO-8859-1', Uint8Array.of(0x80), '\x80'],
  ['utf-16le', Uint8Array.of(0x61, 0), 'a'],
  ['nope', E_ACUTE, 'Ã©'],
  ['', E_ACUTE, 'Ã©'],
]

t.test('decodes as the form says, or as latin-1: FM-13, FM-15', async (t) => {
  for (const [charset, bytes, text] of DECODED) {
    t.equal(decoderOf(charset)(bytes), text, `${charset}: ${text}`)
  }
})
