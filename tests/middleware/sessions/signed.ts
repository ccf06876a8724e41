import t from 'tap'
import { signedBackend } from '../../../lib/middleware/sessions/signed.ts'
import { protects } from '../../support/sessionbackends.ts'

t.test('protects what it keeps', async (t) => protects(t, signedBackend))

// MW-SESS-2, in a form of its own.
t.test('is readable', async (t) => {
  const record = { id: 'a'.repeat(43), text: '{"a":"é"}' }
  const token = await signedBackend(['secret'], 'session').save({ record, issued: 7 })

  const payload = Buffer.from(token?.split('.')[0] ?? '', 'base64url').toString()

  t.equal(payload, `${record.id},7,{"a":"é"}`)
})

t.test('a second dot is no signature', async (t) => {
  const backend = signedBackend(['secret'], 'session')
  const record = { id: 'a'.repeat(43), text: '{}' }
  const token = await backend.save({ record, issued: 7 })

  t.equal(await backend.open(`${token}.`), undefined)
  t.equal(await backend.open(`${token}.x`), undefined)
})
