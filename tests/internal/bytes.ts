import fc from 'fast-check'
import t from 'tap'
import { ByteCollector, encodeText, joinBytes, NO_BYTES } from '../../lib/internal/bytes.ts'
import { buffersComeBelow, collectGarbage } from '../support/gc.ts'
import { assertLinear } from '../support/linear.ts'

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

t.test('returns empty bytes for no parts', (t) => {
  t.equal(joinBytes([]), NO_BYTES)
  t.equal(NO_BYTES.byteLength, 0)
  t.end()
})

t.test('returns a single part unchanged', (t) => {
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

const parts = fc.array(
  fc.record({
    part: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.nat(255), fc.integer({ min: 1000, max: 40_000 }))
        .map(([value, size]) => new Uint8Array(size).fill(value)),
    ),
    isCopied: fc.boolean(),
  }),
)

t.test('joins all parts in their order', (t) => {
  fc.assert(
    fc.property(parts, (added) => {
      const collector = new ByteCollector()
      for (const { part, isCopied } of added) {
        if (isCopied) collector.addCopy(part)
        else collector.add(part)
      }
      const expected = Buffer.concat(added.map(({ part }) => part))

      const pieces = [...collector.parts()]

      if (collector.size !== expected.byteLength) return false
      if (pieces.some((piece) => piece.byteLength === 0)) return false
      return Buffer.concat(pieces).equals(expected) && expected.equals(collector.join())
    }),
  )
  t.end()
})

t.test('continues after joined parts, and starts again after they were taken', (t) => {
  const collector = new ByteCollector()
  for (const value of [1, 2]) collector.add(Uint8Array.of(value))
  collector.join()
  for (const value of [3, 4]) collector.add(Uint8Array.of(value))

  t.strictSame([...collector.join()], [1, 2, 3, 4])
  t.strictSame([...Buffer.concat([...collector.take()])], [1, 2, 3, 4])
  t.equal(collector.size, 0)
  collector.add(Uint8Array.of(5))
  t.strictSame([...collector.join()], [5])
  t.end()
})

t.test('does not copy a single part, or large ones', (t) => {
  const [only, large] = [Uint8Array.of(7), new Uint8Array(20_000)]
  const [first, second] = [new ByteCollector(), new ByteCollector()]
  first.add(only)
  second.add(only)
  second.add(large)

  t.equal(first.join(), only)
  t.equal(second.parts()[1], large)
  t.end()
})

t.test('copies on request, so that the owner may reuse the buffer of a part', (t) => {
  for (const size of [3, 20_000]) {
    const part = new Uint8Array(size).fill(1)
    const collector = new ByteCollector()
    collector.addCopy(part)
    part.fill(2)

    t.equal(collector.join()[0], 1)
  }
  t.end()
})

t.test('small parts take little more memory than their bytes', (t) => {
  const size = 2_000_000
  const collector = new ByteCollector()
  collectGarbage()
  const before = process.memoryUsage()
  for (let count = 0; count < size; count++) collector.add(new Uint8Array(1))
  collectGarbage()
  const after = process.memoryUsage()

  const grown = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers
  t.ok(grown < 2 * size, `${grown} bytes for ${size}`)
  t.equal(collector.join().byteLength, size)
  t.end()
})

t.test('does not keep the buffers in memory that small parts are views of', async (t) => {
  const collector = new ByteCollector()
  collectGarbage()
  const before = process.memoryUsage().arrayBuffers
  for (let count = 0; count < 1000; count++) {
    collector.add(new Uint8Array(65_536).subarray(0, 100))
  }

  t.ok(await buffersComeBelow(before + 1_000_000))
  t.equal(collector.size, 100_000)
})

t.test('takes linear time for any parts', (t) => {
  assertLinear(
    t,
    (size) => size,
    (size) => {
      const collector = new ByteCollector()
      for (let count = 0; count < size; count++) collector.add(new Uint8Array(count % 3))
      collector.join()
    },
  )
  t.end()
})
