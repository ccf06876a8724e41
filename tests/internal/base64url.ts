import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import t from 'tap'
import { fromBase64URL, randomText, toBase64URL } from '../../lib/internal/base64url.ts'

t.test('writes and reads any bytes as Node does', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = toBase64URL(bytes)
      t.equal(text, Buffer.from(bytes).toString('base64url'))
      t.same(fromBase64URL(text), new Uint8Array(bytes))
    }),
    { numRuns: 50 },
  )
})

t.test('each value has exactly one encoding', async (t) => {
  for (const text of ['a', 'aaaaa', '__5', 'aa==', 'a+a', 'a/aa', 'aa a', 'aé', '\n', 'aaa\n']) {
    t.equal(fromBase64URL(text), undefined, JSON.stringify(text))
  }
  t.same(fromBase64URL(''), new Uint8Array(0))
})

t.test('returns random texts', async (t) => {
  t.match(randomText(32), /^[\w-]{43}$/)
  t.not(randomText(32), randomText(32))
})
