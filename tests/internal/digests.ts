import { createHash } from 'node:crypto'
import t from 'tap'
import { encodeText } from '../../lib/internal/bytes.ts'
import { hashOf, sha256 } from '../../lib/internal/digests.ts'

// What a Node before 20.12 has.
const older = { createHash }

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

function hexOf(text: string): string {
  return Buffer.from(text, 'base64url').toString('hex')
}
