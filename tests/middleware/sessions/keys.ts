import t from 'tap'
import { derivedKeys } from '../../../lib/middleware/sessions/keys.ts'

const HMAC = { name: 'HMAC', hash: 'SHA-256', length: 256 } as const

const purpose = (name: string) => ({ name, algorithm: HMAC, usages: ['sign', 'verify'] as const })

async function signature(secret: string, name: string): Promise<string> {
  const [key] = await derivedKeys([secret], purpose(name))()
  if (key === undefined) throw new Error('there is no key')
  return Buffer.from(await crypto.subtle.sign('HMAC', key, Buffer.from('x'))).toString('hex')
}

t.test('a key for each secret and each purpose', async (t) => {
  const one = await signature('a', 'p')

  t.equal(await signature('a', 'p'), one)
  t.not(await signature('b', 'p'), one)
  t.not(await signature('a', 'q'), one)
})

t.test('keys are derived once, and cannot be taken out', async (t) => {
  const keysOf = derivedKeys(['a', 'b'], purpose('p'))

  t.equal(keysOf(), keysOf())
  const [key, ...others] = await keysOf()
  t.equal(others.length, 1)
  t.equal(key?.extractable, false)
})
