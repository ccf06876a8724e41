import t from 'tap'
import { signedVault } from '../../../lib/middleware/sessions/signed.ts'
import { protects } from '../../support/vaults.ts'

t.test('protects what it keeps', async (t) => protects(t, signedVault))

// MW-SESS-2, in a form of its own.
t.test('can be read by everybody', async (t) => {
  const record = { id: 'a'.repeat(43), text: '{"a":"é"}' }
  const token = await signedVault(['secret'], 'session').save({ record, issued: 7 })

  const payload = Buffer.from(token?.split('.')[0] ?? '', 'base64url').toString()

  t.equal(payload, `${record.id},7,{"a":"é"}`)
})

t.test('a second dot is no signature', async (t) => {
  const vault = signedVault(['secret'], 'session')
  const record = { id: 'a'.repeat(43), text: '{}' }
  const token = await vault.save({ record, issued: 7 })

  t.equal(await vault.open(`${token}.`), undefined)
  t.equal(await vault.open(`${token}.x`), undefined)
})
