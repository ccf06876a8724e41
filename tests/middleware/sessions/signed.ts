import t from 'tap'
import { signedVault } from '../../../lib/internal/vault.ts'
import type { SessionBackend } from '../../../lib/middleware/sessions/backend.ts'
import { cookieBackend } from '../../../lib/middleware/sessions/cookie.ts'
import { protects } from '../../support/sessionbackends.ts'

function signedBackend(secrets: readonly string[], cookie: string): SessionBackend {
  return cookieBackend(signedVault(secrets, `session ${cookie}`), cookie)
}

t.test('refuses changed data', async (t) => protects(t, signedBackend))

// MW-SESS-2, in a form of its own.
t.test('is readable', async (t) => {
  const record = { id: 'a'.repeat(43), text: '{"a":"é"}' }
  const token = await signedBackend(['secret'], 'session').save({ record, issued: 7, created: 7 })

  const payload = Buffer.from(token?.split('.')[0] ?? '', 'base64url').toString()

  t.equal(payload, `${record.id},7,{"a":"é"}`)
})

t.test('a second dot is no signature', async (t) => {
  const backend = signedBackend(['secret'], 'session')
  const record = { id: 'a'.repeat(43), text: '{}' }
  const token = await backend.save({ record, issued: 7, created: 7 })

  t.equal(await backend.open(`${token}.`), undefined)
  t.equal(await backend.open(`${token}.x`), undefined)
})
