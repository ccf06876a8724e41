import { createHash } from 'node:crypto'
import t from 'tap'
import { encodeText } from '../lib/bytes.ts'
import { hasherOf, sha256 } from '../lib/digests.ts'

// FIPS 180-4, as its examples have it.
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

t.test('hashes text and bytes', async (t) => {
  t.equal(hexOf(sha256('')), EMPTY)
  t.equal(hexOf(sha256('abc')), ABC)
  t.equal(sha256(encodeText('é')), sha256('é'), 'text as UTF-8')
})

t.test('the same where Node cannot do it in one call', async (t) => {
  const sha256 = hasherOf({ createHash })

  t.equal(hexOf(sha256('abc')), ABC)
  t.equal(hexOf(sha256(encodeText('abc'))), ABC)
})

function hexOf(text: string): string {
  return Buffer.from(text, 'base64url').toString('hex')
}
