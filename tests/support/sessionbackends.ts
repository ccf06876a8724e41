// What every way to protect a cookie has to do.
import type { Test } from 'tap'
import type { SessionBackend } from '../../lib/middleware/sessions/backend.ts'

const kept = {
  record: { id: 'a'.repeat(43), text: '{"a":"é"}' },
  issued: 1_700_000_000,
  created: 1_600_000_000,
}

export async function protects(
  t: Test,
  make: (secrets: readonly string[], cookie: string) => SessionBackend,
): Promise<void> {
  const backend = make(['secret'], 'session')
  const token = (await backend.save(kept)) ?? ''

  await t.test('opens its own cookies, which need no escapes', async (t) => {
    t.same(await backend.open(token), kept)
    t.same(await make(['secret'], 'session').open(token), kept, 'elsewhere too')
    t.match(token, /^[\w.-]+$/)
    await backend.remove(kept.record.id)
    t.same(await backend.open(token), kept, 'the browser has it')
  })

  // Advisory row 96.
  await t.test('any change of it is detected', async (t) => {
    for (let index = 0; index < token.length; index++) {
      const changed = token[index] === 'A' ? 'B' : 'A'
      const text = token.slice(0, index) + changed + token.slice(index + 1)
      t.equal(await backend.open(text), undefined, text)
      t.equal(await backend.open(token.slice(0, index)), undefined, `cut to ${index}`)
    }
    for (const text of ['', '.', `${token}A`, `A${token}`, ` ${token}`, 'é', 'A'.repeat(16_384)]) {
      t.equal(await backend.open(text), undefined)
    }
  })

  await t.test('secrets can be replaced', async (t) => {
    t.same(await make(['new', 'secret'], 'session').open(token), kept)
    t.equal(await make(['new'], 'session').open(token), undefined)
    const renewed = (await make(['new', 'secret'], 'session').save(kept)) ?? ''
    t.equal(await backend.open(renewed), undefined, 'the first one is used')
    await t.rejects(make([], 'session').save(kept), /a secret is needed/)
  })

  await t.test('another cookie name has another key', async (t) => {
    t.equal(await make(['secret'], 'other').open(token), undefined)
  })
}
