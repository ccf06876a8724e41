// LS-SESS-4: tests begin with a session, and read what has become of it.
import t from 'tap'
import { type SessionsOptions, sessions } from '../../../lib/middleware/sessions.ts'
import { memoryStore } from '../../../lib/stores.ts'
import { testClient } from '../../../lib/testing/client.ts'
import { app } from '../../support/sessionapp.ts'

const secret = 'example of a secret with 32 bytes or more'
const url = new URL('http://testserver/')

const KINDS: Readonly<Record<string, SessionsOptions>> = {
  signed: { secret },
  sealed: { secret, sealed: true, cookie: 'sid' },
  store: { store: memoryStore() },
}

for (const [kind, options] of Object.entries(KINDS)) {
  t.test(`LS-SESS-4: a client begins with a session, which can be read (${kind})`, async (t) => {
    const visitors = sessions(options)
    const cookies = await visitors.cookies({ user: 'ada', list: [0] })
    await using client = await testClient(visitors(app), { cookies })
    t.same(await (await client.get('/show')).json(), { user: 'ada', list: [0] })
    await client.get('/add')
    const read = await visitors.read(client.cookies.fieldFor(url))
    t.same({ ...read }, { user: 'ada', list: [0, 1] })
    await client.get('/logout')
    t.equal(await visitors.read(client.cookies.fieldFor(url)), undefined)
  })
}

t.test('LS-SESS-4: data that does not fit, and cookies of others, are refused', async (t) => {
  const visitors = sessions({ secret })
  await t.rejects(visitors.cookies({ text: 'x'.repeat(4000) }), RangeError)
  t.equal(await visitors.read({ session: 'forged' }), undefined)
  t.equal(await visitors.read(''), undefined)
})
