import assert from 'node:assert/strict'
import t from 'tap'
import { Session } from '../../lib/http/session.ts'
import { changeOf, isSecure } from '../../lib/middleware/sessions/keeper.ts'
import { type SessionsOptions, sessions } from '../../lib/middleware/sessions.ts'
import { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { memoryStore, type Store, StoreUnavailable } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, HTTPScope, Scope, SendMessage } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { app, client, setCookies } from '../support/sessionapp.ts'
import { assertUntouched } from '../support/untouched.ts'

const secret = 'example of a secret with 32 bytes or more'

// MW-SESS-4
t.test('the response has Vary: Cookie when the session was used', async (t) => {
  const visitor = await client(t, { secret })
  const varyOf = async (path: string): Promise<string | null> =>
    (await visitor.get(path)).headers.get('vary')

  t.equal(await varyOf('/show'), 'Cookie')
  t.equal(await varyOf('/none'), null)
})

t.test('is saved when an exception is answered', async (t) => {
  const visitor = await client(t, { secret })

  t.equal((await visitor.get('/bad')).status, 400)

  t.same(await (await visitor.get('/show')).json(), { bad: true })
})

// MW-SESS-16
t.test('changes after the start are lost', async (t) => {
  const visitor = await client(t, { secret })

  t.equal(await (await visitor.get('/late')).text(), 'late')

  t.same(await (await visitor.get('/show')).json(), {})
})

t.test('the options set the attributes of the cookie: MW-SESS-1', async (t) => {
  const options: SessionsOptions = {
    secret,
    cookie: 'sid',
    path: '/shop',
    domain: 'example.org',
    sameSite: 'strict',
    untilClosed: true,
    secure: true,
  }
  const visitor = await client(t, options)

  t.match(
    (await setCookies(visitor, '/add'))[0],
    /^sid=[\w.-]+; Domain=example.org; Path=\/shop; HttpOnly; Secure; SameSite=Strict$/,
  )
})

t.test('data that does not fit into a cookie throws when it is set', async (t) => {
  const visitor = await client(t, { secret })

  await t.rejects(visitor.get('/large'), {
    name: 'RangeError',
    message:
      /^session\.data: cookies hold \d+ bytes of JSON, \d+ were given with "\w+"\. Store sessions on the server, /,
  })
  const stored = await client(t, { store: memoryStore() })
  t.equal((await stored.get('/large')).status, 200)
})

for (const sealed of [false, true]) {
  t.test(`the largest data makes a cookie of the maximum size, sealed: ${sealed}`, async (t) => {
    const cookie = `session${'n'.repeat(20)}`
    const most: App = async (scope, receive, send) => {
      const { session } = new Request(scope as HTTPScope)
      let size = 4096
      for (;;) {
        try {
          session.data['é'] = 'é'.repeat(--size)
          break
        } catch (error) {
          // An assertion of tap for each of thousands takes a second.
          assert(error instanceof RangeError)
          assert.deepEqual(Object.keys(session.data), [], 'what does not fit is not set')
        }
      }
      await new PlainTextResponse(String(size)).respond(scope, receive, send)
    }
    const sent = await call(sessions({ secret, sealed, cookie })(most), httpScope())
    const line = responseOf(sent).headers.get('set-cookie') ?? ''
    const size = line.split(';', 1).join('').length - 1

    t.ok(size <= 4096, `${size} bytes`)
    t.ok(size >= 4096 - 20, `${size} bytes`)
  })
}

t.test('data that grows past session.data is measured when the response starts', async (t) => {
  const growing: App = async (scope, receive, send) => {
    const { session } = new Request(scope as HTTPScope)
    const list: string[] = []
    session.data['list'] = list
    list.push('a'.repeat(4096))
    await new PlainTextResponse('ok').respond(scope, receive, send)
  }
  await t.rejects(call(sessions({ secret })(growing), httpScope()), {
    name: 'RangeError',
    message: /^session\.data: cookies hold \d+ bytes of JSON, \d+ were given\. Store/,
  })
})

t.test('an error while saving can be answered', async (t) => {
  const failing: App = async (scope, receive, send) => {
    const answer = new PlainTextResponse('sorry', { status: 500 })
    await app(scope, receive, send).catch(() => answer.respond(scope, receive, send))
  }
  const visitor = await testClient(sessions({ secret })(failing))
  t.teardown(visitor.close)

  const response = await visitor.get('/large')

  t.equal(response.status, 500)
  t.equal(await response.text(), 'sorry')
})

t.test('a store that is down fails the requests that need it', async (t) => {
  const away = async (): Promise<never> => {
    throw new StoreUnavailable('gone')
  }
  const store: Store = {
    get: away,
    set: away,
    setIfAbsent: away,
    delete: away,
    clear: away,
    touch: away,
    ttl: away,
    increment: away,
  }
  const visitor = await client(t, { store })

  t.equal((await visitor.get('/show')).status, 200)
  const cookie = `session=${'a'.repeat(43)}`
  for (const response of [
    await visitor.get('/add'),
    await visitor.get('/none', { headers: { cookie } }),
  ]) {
    t.equal(response.status, 503)
    t.equal(response.headers.get('retry-after'), '1')
    t.equal(response.headers.get('set-cookie'), null)
    t.equal(await response.text(), 'The service is unavailable for a moment.')
  }
})

// Advisory row 94.
t.test('a running request does not restore a destroyed session', async (t) => {
  const store = memoryStore()
  const visitor = await client(t, { store })
  await visitor.get('/add')
  const slow = sessions({ store })(async (scope, receive, send) => {
    if (scope.type === 'http') await visitor.get('/logout')
    await app(scope, receive, send)
  })
  const cookie = visitor.cookies.fieldFor(new URL('http://testserver'))
  const other = await testClient(slow)
  t.teardown(other.close)

  const response = await other.get('/add', { headers: { cookie } })

  t.same(await response.json(), { list: [0, 1] })
  t.same(response.headers.getSetCookie(), [])
  t.same(await (await visitor.get('/show', { headers: { cookie } })).json(), {})
})

t.test('reused messages do not leak fields between requests', async (t) => {
  const START: SendMessage = { type: 'http.response.start', status: 200, headers: [] }
  const ACCEPT: SendMessage = { type: 'websocket.accept' }
  const wrapped = sessions({ secret })(async (scope, _receive, send) => {
    if (scope.type !== 'lifespan' && scope.session instanceof Session) {
      scope.session.data.user = scope.path
    }
    await send(scope.type === 'http' ? START : ACCEPT)
  })
  const cookiesOf = async (scope: Scope): Promise<number | undefined> => {
    const [message] = await call(wrapped, scope)
    const { headers = [] } = message as { headers?: string[] }
    return headers.filter((name) => name === 'set-cookie').length
  }

  for (const scope of [httpScope, websocketScope]) {
    t.equal(await cookiesOf(scope({ path: '/ada' })), 1)
    t.equal(await cookiesOf(scope({ path: '/bob' })), 1)
  }
  t.same([START.headers, ACCEPT.headers], [[], undefined])
})

// MW-SESS-15, but that the cookie is set with the handshake.
t.test('works for websockets, until they are accepted', async (t) => {
  const wrapped = lint()(sessions({ secret })(app))

  const sent = await call(wrapped, websocketScope({ path: '/ws' }), [{ type: 'websocket.connect' }])

  t.match(sent, [
    { type: 'websocket.accept', headers: ['set-cookie', /^session=[\w.-]+; Max-Age=1209600/] },
    { type: 'websocket.close' },
  ])
})

t.test('only pages of this site and listed origins open a websocket', async (t) => {
  const answered = async (options: Partial<SessionsOptions>, ...fields: string[]) => {
    const scope = websocketScope({ path: '/ws', headers: ['host', 'testserver', ...fields] })
    const wrapped = lint()(sessions({ secret, ...options })(app))
    const [start] = await call(wrapped, scope, [{ type: 'websocket.connect' }])
    return start && 'status' in start ? start.status : start?.type
  }
  const foreign = ['origin', 'https://evil.example']

  t.equal(await answered({}), 'websocket.accept', 'no browser')
  t.equal(await answered({}, 'origin', 'http://testserver'), 'websocket.accept')
  t.equal(await answered({}, 'origin', 'https://testserver'), 'websocket.accept')
  t.equal(await answered({}, ...foreign), 403)
  t.equal(await answered({ origins: ['https://other.example'] }, ...foreign), 403)
  t.equal(await answered({ origins: ['https://evil.example'] }, ...foreign), 'websocket.accept')
  t.equal(await answered({ origins: '*' }, ...foreign), 'websocket.accept')
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, sessions({ secret })))

t.test('a cookie is secure by its options, its name and the scheme', async (t) => {
  t.equal(isSecure({}, 'http'), false)
  t.equal(isSecure({}, 'ws'), false)
  t.equal(isSecure({}, 'https'), true)
  t.equal(isSecure({ secure: 'auto' }, 'wss'), true)
  t.equal(isSecure({ secure: true }, 'http'), true)
  t.equal(isSecure({ secure: false }, 'https'), false)
  t.equal(isSecure({ sameSite: 'none' }, 'http'), true)
  t.equal(isSecure({ cookie: '__Host-session' }, 'http'), true)
})

t.test('a save that is due keeps the data', async (t) => {
  const record = { id: 'a'.repeat(43), text: '{"a":1}' }

  t.same(changeOf(new Session(record), false), { type: 'none' })
  t.same(changeOf(new Session(record), true), { type: 'save', record, stale: undefined })
})

t.test('invalid options throw at once', async (t) => {
  const store = memoryStore()
  const where =
    'sessions: either a secret (for cookies) or a store is needed, and sealed and chunks are for cookies only, '
  const cases: [SessionsOptions, string][] = [
    [{}, `${where}nothing was given. Pass secret or store.`],
    [{ secret, store }, `${where}secret, store was given. Pass secret or store.`],
    [{ secret: undefined } as object, `${where}secret: undefined was given. Pass secret or store.`],
    [{ store, sealed: true }, `${where}store, sealed was given. Pass secret or store.`],
  ]
  for (const [options, message] of cases) {
    t.throws(() => sessions(options), { name: 'TypeError', message })
  }
  for (const short of ['', 'a', 'a'.repeat(31), ['a'.repeat(32), 'a']]) {
    t.throws(() => sessions({ secret: short }), {
      name: 'RangeError',
      message: /^sessions: a secret must have at least 32 bytes, one of \d+ was given\. Make one: /,
    })
  }
  for (const wrong of [[], 7, null, [7]]) {
    t.throws(() => sessions({ secret: wrong as never }), {
      name: 'TypeError',
      message: /^sessions: secret must be text or a list of texts, /,
    })
  }
  sessions({ secret: 'é'.repeat(16) })
  for (const maxAge of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => sessions({ secret, maxAge }), {
      name: 'RangeError',
      message: `sessions: maxAge must be an integer of seconds, over 0 in a store, ${maxAge} was given. Leave it out for 14 days.`,
    })
  }
  t.throws(() => sessions({ secret, origins: ['null'] }), /^sessions: an origin is a scheme and a/)
  t.throws(() => sessions({ store, maxAge: 0 }), /over 0 in a store, 0 was given/)
  t.throws(() => sessions({ secret, cookie: 'a b' }), /^setCookie: a name must consist of/)
  t.throws(() => sessions({ secret, cookie: '__Host-a', path: '/a' }), /__Host- needs secure/)
  t.throws(() => sessions({ secret, cookie: '__Host-a', secure: false }), /__Host- needs secure/)
})
