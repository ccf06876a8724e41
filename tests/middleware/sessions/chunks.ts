// LS-SESS-3: sessions that are too long for one cookie.
import t from 'tap'
import { PlainTextResponse } from '../../../lib/index.ts'
import { type SessionsOptions, sessions } from '../../../lib/middleware/sessions.ts'
import { Route, Router } from '../../../lib/routing.ts'
import { memoryStore } from '../../../lib/stores.ts'
import { testClient } from '../../../lib/testing/client.ts'

const secret = 'example of a secret with 32 bytes or more'

const app = Router([
  Route('/set/{size:int}', ({ session, pathParams: { size } }) => {
    session.data.text = 'x'.repeat(size)
    return new PlainTextResponse('set')
  }),
  Route(
    '/size',
    ({ session }) => new PlainTextResponse(String(session.data.text).length.toString()),
  ),
  Route('/destroy', ({ session }) => {
    session.destroy()
    return new PlainTextResponse('gone')
  }),
])

const url = new URL('http://testserver/')
const namesOf = (field: string): string[] =>
  field.split('; ').flatMap((pair) => (pair === '' ? [] : [pair.slice(0, pair.indexOf('='))]))

for (const sealed of [false, true]) {
  t.test(
    `LS-SESS-3: a session takes as many cookies as it needs (sealed: ${sealed})`,
    async (t) => {
      await using client = await testClient(sessions({ secret, sealed, chunks: 3 })(app))
      const names = (): string[] => namesOf(client.cookies.fieldFor(url)).sort()
      for (const [size, count] of [
        [10, 1],
        [5000, 2],
        [8500, 3],
        [5000, 2],
        [10, 1],
        [8500, 3],
      ] as const) {
        const { headers } = await client.get(`/set/${size}`)
        for (const field of headers.getSetCookie()) t.ok(field.indexOf(';') - 1 <= 4096)
        t.same(names(), ['session', 'session.1', 'session.2'].slice(0, count), `${size}`)
        t.equal(await (await client.get('/size')).text(), String(size))
      }
      await client.get('/destroy')
      t.same(names(), [], 'nothing of it is left')
    },
  )
}

t.test('LS-SESS-3: more than fits is an error where it is set', async (t) => {
  await using one = await testClient(sessions({ secret })(app))
  await t.rejects(
    one.get('/set/5000'),
    /cookies hold \d+ bytes of JSON, \d+ were given with "text"/,
  )
  await using three = await testClient(sessions({ secret, chunks: 3 })(app))
  await t.rejects(three.get('/set/9500'), /in up to three cookies, sessions\(\{ chunks \}\)/)
})

t.test('LS-SESS-3: a part that is missing, foreign or left over does no harm', async (t) => {
  const middleware = sessions({ secret, chunks: 3 })
  const cookies = await middleware.cookies({ text: 'x'.repeat(8500) })
  const other = await middleware.cookies({ text: 'y'.repeat(8500) })
  t.same(Object.keys(cookies), ['session', 'session.1', 'session.2'])
  t.equal((await middleware.read(cookies))?.text, 'x'.repeat(8500))
  const { 'session.1': part = '', ...rest } = cookies
  t.equal(await middleware.read(rest), undefined)
  t.equal(await middleware.read({ ...cookies, 'session.1': other['session.1'] ?? '' }), undefined)
  const { session = '' } = cookies
  t.equal(await middleware.read({ ...cookies, session: session.replace('3~', '2~') }), undefined)
  t.equal(await middleware.read({ ...cookies, session: session.replace('3~', '9~') }), undefined)
  const short = await middleware.cookies({ text: 'short' })
  t.same(await middleware.read({ ...short, 'session.1': part }), { text: 'short' })
})

t.test('the number of cookies is checked', async (t) => {
  for (const chunks of [0, 4, 1.5]) {
    t.throws(() => sessions({ secret, chunks }), /chunks must be from 1 to 3/)
  }
  const options: SessionsOptions = { store: memoryStore(), chunks: 2 }
  t.throws(() => sessions(options), /for cookies only, store, chunks was given/)
})
