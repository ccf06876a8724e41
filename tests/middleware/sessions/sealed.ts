import t from 'tap'
import { sealedVault } from '../../../lib/internal/vault.ts'
import type { SessionBackend } from '../../../lib/middleware/sessions/backend.ts'
import { cookieBackend } from '../../../lib/middleware/sessions/cookie.ts'
import { protects } from '../../support/sessionbackends.ts'

function sealedBackend(secrets: readonly string[], cookie: string): SessionBackend {
  return cookieBackend(sealedVault(secrets, `session ${cookie}`), cookie)
}

t.test('refuses changed data', async (t) => protects(t, sealedBackend))

t.test('is unreadable, and differs each time', async (t) => {
  const backend = sealedBackend(['secret'], 'session')
  const record = { id: 'a'.repeat(43), text: '{"user":"ada"}' }
  const tokens = await Promise.all(
    [1, 2].map(() => backend.save({ record, issued: 7, created: 7 })),
  )

  const [one = '', two = ''] = tokens

  t.not(one, two)
  for (const token of [one, two]) {
    t.notMatch(Buffer.from(token, 'base64url').toString('latin1'), /ada|aaa/)
  }
})
