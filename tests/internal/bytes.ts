import fc from 'fast-check'
import t from 'tap'
import { encodeText, joinBytes, NO_BYTES } from '../../lib/internal/bytes.ts'

const texts: [title: string, text: string, bytes: number[]][] = [
  ['nothing', '', []],
  ['ASCII', 'hi', [0x68, 0x69]],
  ['two bytes', 'é', [0xc3, 0xa9]],
  ['four bytes', '🌟', [0xf0, 0x9f, 0x8c, 0x9f]],
  ['a lone surrogate, as U+FFFD', '\ud83c', [0xef, 0xbf, 0xbd]],
]

for (const [title, text, bytes] of texts) {
  t.test(`encodes ${title}`, (t) => {
    const encoded = encodeText(text)

    t.ok(encoded instanceof Uint8Array)
    t.strictSame([...encoded], bytes)
    t.end()
  })
}

t.test('encodes the same where there is no Buffer', async (t) => {
  const { Buffer } = globalThis
  t.teardown(() => {
    globalThis.Buffer = Buffer
  })
  Reflect.deleteProperty(globalThis, 'Buffer')
  const fresh = new URL('../../lib/internal/bytes.js?without-buffer', import.meta.url)
  const { encodeText: encode } = (await import(fresh.href)) as { encodeText: typeof encodeText }
  globalThis.Buffer = Buffer

  const encoded = encode('é\ud83c')

  t.equal(encoded.constructor, Uint8Array)
  t.strictSame([...encoded], [0xc3, 0xa9, 0xef, 0xbf, 0xbd])
})

t.test('joins no parts to no bytes', (t) => {
  t.equal(joinBytes([]), NO_BYTES)
  t.equal(NO_BYTES.byteLength, 0)
  t.end()
})

t.test('gives a single part back as it is', (t) => {
  const part = new Uint8Array([1, 2])

  t.equal(joinBytes([part]), part)
  t.end()
})

t.test('joins parts in order, into a copy', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array(), { minLength: 2 }), (parts) => {
      const joined = joinBytes(parts)
      t.strictSame(
        [...joined],
        parts.flatMap((part) => [...part]),
      )
      t.notOk(parts.some((part) => part.buffer === joined.buffer))
    }),
    { numRuns: 50 },
  )
  t.end()
})
