import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { encodeText } from '../lib/bytes.ts'
import { hashOf, hmacOf, sha256, signerOf } from '../lib/digests.ts'

// What a Node before 20.12 has.
const older = { createHash, createHmac }

t.test('hashes text and bytes', async (t) => {
  // The examples of FIPS 180-4.
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  for (const hash of [sha256, hashOf(older)]) {
    t.equal(hexOf(hash('')), empty)
    t.equal(hexOf(hash('abc')), abc)
    t.equal(hash(encodeText('é')), hash('é'), 'text as UTF-8')
  }
})

t.test('signs by the examples of RFC 4231', async (t) => {
  const cases = [
    [
      '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b',
      'Hi There',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      '4a656665',
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ] as const
  for (const [key, text, signature] of cases) {
    t.equal(hexOf(signerOf(Buffer.from(key, 'hex'))(text)), signature)
    t.equal(hexOf(hmacOf(older, Buffer.from(key, 'hex'))(text)), signature)
  }
})

t.test('signs as createHmac does, whatever the key and the text', async () => {
  const key = fc.uint8Array({ maxLength: 70 })
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(key, text, (key, text) => {
      const right = createHmac('sha256', key).update(text).digest('base64url')
      return signerOf(key)(text) === right
    }),
  )
})

function hexOf(text: string): string {
  return Buffer.from(text, 'base64url').toString('hex')
}
