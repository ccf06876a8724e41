import { createHmac } from 'node:crypto'
import t from 'tap'
import { derivedKeys } from '../../../lib/internal/vault.ts'

function signature(secret: string, purpose: string): string {
  const [key] = derivedKeys([secret], purpose)
  if (key === undefined) throw new Error('there is no key')
  return createHmac('sha256', key).update('x').digest('hex')
}

t.test('a key for each secret and each purpose', async (t) => {
  const one = signature('a', 'p')

  t.equal(signature('a', 'p'), one)
  t.not(signature('b', 'p'), one)
  t.not(signature('a', 'q'), one)
})

t.test('a key is HKDF with SHA-256 of the secret, and has 256 bits', async (t) => {
  const raw = new TextEncoder().encode('a')
  const base = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveBits'])
  const info = new TextEncoder().encode('stellula p')
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
  const bits = await crypto.subtle.deriveBits(how, base, 256)

  const [key, ...others] = derivedKeys(['a', 'b'], 'p')

  t.equal(key?.export().toString('hex'), Buffer.from(bits).toString('hex'))
  t.equal(others.length, 1)
})
