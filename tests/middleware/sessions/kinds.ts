// What sessions do wherever they are kept.
import t from 'tap'
import type { SessionsOptions } from '../../../lib/middleware/sessions.ts'
import { memoryStore } from '../../../lib/stores.ts'
import { client, setCookies } from '../../support/sessionapp.ts'

const secret = 'example of a secret with 32 bytes or more'
const KINDS: Record<string, () => SessionsOptions> = {
  signed: () => ({ secret }),
  sealed: () => ({ secret, sealed: true }),
  stored: () => ({ store: memoryStore() }),
}

for (const [kind, options] of Object.entries(KINDS)) {
  t.test(`${kind}: is there again on the next request, nested changes too`, async (t) => {
    const visitor = await client(t, options())

    await visitor.get('/add')
    await visitor.get('/add')

    t.same(await (await visitor.get('/add')).json(), { list: [0, 1, 2] })
    t.same(await (await visitor.get('/show')).json(), { list: [0, 1, 2] })
  })

  // MW-SESS-3, MW-SESS-8
  t.test(`${kind}: sets a cookie only when something has changed`, async (t) => {
    const visitor = await client(t, options())

    t.same(await setCookies(visitor, '/show'), [])
    t.same(await setCookies(visitor, '/logout'), [])
    t.equal((await setCookies(visitor, '/add')).length, 1)
    t.same(await setCookies(visitor, '/show'), [])
    t.same(await setCookies(visitor, '/none'), [])
  })

  // MW-SESS-5, MW-SESS-7
  t.test(`${kind}: the cookie is as safe as it can be`, async (t) => {
    const visitor = await client(t, options(), { baseUrl: 'https://testserver' })

    t.match(
      (await setCookies(visitor, '/add'))[0],
      /^session=[\w.-]+; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    t.match(
      (await setCookies(visitor, '/logout'))[0],
      /^session=; Max-Age=0; Path=\/; Expires=.*; HttpOnly; Secure; SameSite=Lax$/,
    )
    t.same(await (await visitor.get('/show')).json(), {})
  })

  // MW-SESS-6, advisory rows 94 and 95.
  t.test(`${kind}: its time is up when the server says so`, async (t) => {
    let now = 1_700_000_000_000
    t.intercept(Date, 'now', { value: () => now })
    const visitor = await client(t, { ...options(), maxAge: 60 })
    const [field = ''] = await setCookies(visitor, '/add')
    const cookie = field.split(';', 1).join('')
    const again = async (): Promise<unknown> => {
      const other = await visitor.get('/show', { headers: { cookie } })
      return other.json()
    }

    now += 60_000 - 1
    t.same(await again(), { list: [0] })
    now += 1001
    t.same(await again(), {})
  })

  t.test(`${kind}: rolling keeps it once more after half its time`, async (t) => {
    let now = 1_700_000_000_000
    t.intercept(Date, 'now', { value: () => now })
    const visitor = await client(t, { ...options(), maxAge: 60, rolling: true })
    await visitor.get('/add')

    now += 30_000
    t.same(await setCookies(visitor, '/show'), [])
    now += 1000
    t.same(await setCookies(visitor, '/none'), [], 'which does not use it')
    t.equal((await setCookies(visitor, '/show')).length, 1)
    now += 59_000

    t.same(await (await visitor.get('/show')).json(), { list: [0] })
  })

  t.test(`${kind}: of a login comes another cookie`, async (t) => {
    const visitor = await client(t, options())
    const [before] = await setCookies(visitor, '/add')

    const [after] = await setCookies(visitor, '/login')

    t.not(after, before)
    t.same(await (await visitor.get('/show')).json(), { list: [0], user: 'ada' })
  })

  t.test(`${kind}: an unknown or forged cookie gives a new session`, async (t) => {
    const visitor = await client(t, options())

    for (const value of ['x', '', 'a'.repeat(43), '%', '"', 'é', 'a.b', `${'a'.repeat(8000)}`]) {
      const response = await visitor.get('/show', { headers: { cookie: `session=${value}` } })
      t.same(await response.json(), {}, value)
      t.same(response.headers.getSetCookie(), [])
    }
  })
}
