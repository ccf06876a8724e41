// LS-SEC-3: a secured dependency that finds no user refuses, unless it is optional.
import t from 'tap'
import { bearerToken, UnauthenticatedUser } from '../../lib/authentication/authentication.ts'
import { dependency } from '../../lib/dependencies.ts'
import { Application, HTTPException, WebSocketRoute } from '../../lib/index.ts'
import { basicIdentity } from '../../lib/middleware/basicauth.ts'
import { bearerIdentity } from '../../lib/middleware/bearerauth.ts'
import { sessions, sessionUser } from '../../lib/middleware/sessions.ts'
import { openapi } from '../../lib/openapi.ts'
import {
  layer,
  operation,
  reply,
  type Secured,
  secured,
  securedByAny,
} from '../../lib/operations.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { serve } from '../../lib/servers/node.ts'
import { memoryStore } from '../../lib/stores/memory.ts'
import { testClient } from '../../lib/testing/client.ts'

const INFO = { title: 'Test', version: '1' }
const BEARER = { type: 'http', scheme: 'bearer' } as const
const BASIC = 'Basic realm="Restricted", charset="UTF-8"'
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

const users = new Map([
  ['of-ada', { name: 'ada', scopes: ['read', 'write'] }],
  ['of-bob', { name: 'bob', scopes: ['read'] }],
])
const currentUser = secured(BEARER, (request) => users.get(bearerToken(request) ?? ''))

/** Without a token there is no user; an unknown token is refused. */
const anyUser = secured(
  BEARER,
  async (request) => {
    const token = bearerToken(request)
    if (token === null) return null
    const user = users.get(token)
    if (user === undefined) throw new HTTPException(401, 'The token is unknown.')
    return user
  },
  { optional: true },
)

const guarded = (...guards: readonly Secured<unknown, never>[]) =>
  operation({ guards }, () => reply(204))

t.test('a function without a user refuses in guards and in use, on a real server', async (t) => {
  const routes = [
    Route('/guard', guarded(currentUser)),
    Route(
      '/use',
      operation({ use: { currentUser } }, ({ currentUser: { name } }) => reply(200, name)),
    ),
  ]
  const server = await serve(Application({ routes }), { port: 0 })
  t.teardown(() => server.close())

  for (const path of ['/guard', '/use']) {
    for (const options of [{}, bearer('of-eve')]) {
      const refused = await fetch(new URL(path, server.url), options)
      t.equal(refused.status, 401)
      t.equal(refused.headers.get('www-authenticate'), 'Bearer')
      await refused.text()
    }
    const passed = await fetch(new URL(path, server.url), bearer('of-ada'))
    t.ok(passed.ok)
    await passed.text()
  }
})

t.test('functions of each kind refuse without a user, and generators clean up', async (t) => {
  const closed: string[] = []
  const finds: Record<string, () => unknown> = {
    nothing: () => {},
    null: () => null,
    false: () => false,
    unauthenticated: () => new UnauthenticatedUser(),
    async: async () => undefined,
    promise: () => Promise.resolve(null),
    *generator() {
      yield undefined
      closed.push('generator')
    },
    async *asyncGenerator() {
      try {
        yield null
      } finally {
        closed.push('async')
      }
    },
  }
  const routes = Object.entries(finds).map(([name, find]) =>
    Route(`/${name}`, guarded(secured(BEARER, find))),
  )
  await using client = await testClient(Application({ routes }))

  for (const name of Object.keys(finds)) {
    const refused = await client.get(`/${name}`)
    t.equal(refused.status, 401, name)
    t.equal(refused.headers.get('www-authenticate'), 'Bearer')
  }
  t.same(closed.sort(), ['async'], 'a generator gets the 401 at its yield, as any error')
})

t.test('values that are falsy but no sign of absence are users', async (t) => {
  const shown = (value: unknown) =>
    operation({ use: { user: secured(BEARER, () => value) } }, ({ user }) => reply(200, user))
  const routes = [Route('/zero', shown(0)), Route('/empty', shown(''))]
  await using client = await testClient(Application({ routes }))

  t.equal(await (await client.get('/zero')).json(), 0)
  t.equal(await (await client.get('/empty')).json(), '')
})

t.test(
  'an optional dependency passes without a user, but not with wrong credentials',
  async (t) => {
    const named = operation({ guards: [anyUser], use: { anyUser } }, ({ anyUser: user }) =>
      reply(200, user === undefined ? 'no user' : user.name),
    )
    await using client = await testClient(Application({ routes: [Route('/', named)] }))

    t.equal(await (await client.get('/')).json(), 'no user')
    t.equal(await (await client.get('/', bearer('of-ada'))).json(), 'ada')
    const refused = await client.get('/', bearer('of-eve'))
    t.equal(refused.status, 401)
    t.equal(refused.headers.get('www-authenticate'), 'Bearer')
  },
)

t.test('requiring() of an optional dependency requires a user', async (t) => {
  const routes = [Route('/', guarded(anyUser.requiring('write')))]
  await using client = await testClient(Application({ routes }))

  const refused = await client.get('/')
  t.equal(refused.status, 401)
  t.equal(refused.headers.get('www-authenticate'), 'Bearer')
  t.equal((await client.get('/', bearer('of-bob'))).status, 403)
  t.equal((await client.get('/', bearer('of-ada'))).status, 204)
})

t.test('an optional dependency with scopes lets only users with them pass', async (t) => {
  const writer = secured(BEARER, (request) => users.get(bearerToken(request) ?? ''), {
    optional: true,
    scopes: ['write'],
  })
  const named = operation({ use: { writer } }, ({ writer: user }) => reply(200, user?.name ?? ''))
  await using client = await testClient(Application({ routes: [Route('/', named)] }))

  t.equal((await client.get('/')).status, 200)
  t.equal((await client.get('/', bearer('of-bob'))).status, 403)
  t.equal(await (await client.get('/', bearer('of-ada'))).json(), 'ada')
})

t.test('of several, all must be optional for anonymous use', async (t) => {
  const byKey = (optional: boolean) =>
    secured(
      { type: 'http', scheme: 'basic' },
      ({ headers }) => (headers.get('x-key') === 'k' ? { name: 'eve', scopes: [] } : undefined),
      { optional },
    )
  const routes = [
    Route('/mixed', guarded(securedByAny(currentUser, byKey(true)))),
    Route('/optional', guarded(securedByAny(anyUser, byKey(true)))),
    Route('/required', guarded(securedByAny(currentUser, byKey(false)))),
    Route('/scopes', guarded(securedByAny(anyUser, byKey(true)).requiring('read'))),
  ]
  await using client = await testClient(Application({ routes }))
  const statuses = async (options: object) =>
    Promise.all(routes.map(async ({ path }) => (await client.get(path, options)).status))

  t.same(await statuses({}), [401, 204, 401, 401])
  t.same(await statuses(bearer('of-ada')), [204, 204, 204, 204])
  t.same(await statuses(bearer('of-eve')), [401, 401, 401, 401])
  t.same(await statuses({ headers: { 'x-key': 'k' } }), [204, 204, 204, 403])
  t.equal((await client.get('/mixed')).headers.get('www-authenticate'), `Bearer, ${BASIC}`)
})

t.test('guards of layers refuse handlers without a contract and websockets', async (t) => {
  const routes = layer({ guards: [currentUser] }, [
    Route('/', () => new PlainTextResponse('inside')),
    WebSocketRoute('/talk', async (websocket) => {
      await websocket.accept()
      await websocket.sendText('inside')
    }),
  ])
  await using client = await testClient(Application({ routes }))

  t.equal((await client.get('/')).status, 401)
  t.equal(await (await client.get('/', bearer('of-ada'))).text(), 'inside')
  await t.rejects(client.websocket('/talk'), /401/)
  await using socket = await client.websocket('/talk', bearer('of-ada'))
  t.equal(await socket.receiveText(), 'inside')
})

t.test('a websocket may be anonymous if its dependency is optional', async (t) => {
  const routes = [
    WebSocketRoute('/', async (websocket) => {
      const user = await anyUser.of(websocket)
      await websocket.accept()
      await websocket.sendText(user?.name ?? 'no user')
    }),
  ]
  await using client = await testClient(Application({ routes }))

  await using socket = await client.websocket('/')
  t.equal(await socket.receiveText(), 'no user')
  await t.rejects(client.websocket('/', bearer('of-eve')), /401/)
})

t.test('dependencies of dependencies and overrides are checked too', async (t) => {
  const notes = dependency((request) => [`of ${currentUser.of(request).name}`])
  const listed = operation({ use: { notes } }, ({ notes: all }) => reply(200, all))
  const app = Application({ routes: [Route('/', listed), Route('/guard', guarded(currentUser))] })

  await using client = await testClient(app)
  t.equal((await client.get('/')).status, 401)
  t.same(await (await client.get('/', bearer('of-bob'))).json(), ['of bob'])

  const carl = { name: 'carl', scopes: [] }
  await using known = await testClient(app, { overrides: [currentUser.as(carl)] })
  t.same(await (await known.get('/')).json(), ['of carl'])
  await using none = await testClient(app, { overrides: [currentUser.as(() => null as never)] })
  t.equal((await none.get('/guard')).status, 401)
})

t.test('an un-awaited refusal does not end the process', async (t) => {
  const slow = secured(BEARER, async () => undefined)
  const routes = [
    Route('/', (request) => {
      slow.of(request).catch(() => undefined)
      slow.of(request)
      return new PlainTextResponse('public')
    }),
  ]
  await using client = await testClient(Application({ routes }))
  t.equal(await (await client.get('/')).text(), 'public')
})

t.test('identities of middleware may be optional', async (t) => {
  const ada = { user: { isAuthenticated: true, displayName: 'ada' }, scopes: ['read'] }
  const identities = {
    basic: basicIdentity({ users: { ada: 'b' }, optional: true }),
    token: bearerIdentity({ tokens: { 'of-ada': ada }, optional: true, scopes: ['read'] }),
    session: sessionUser(({ data }) => (data['user'] === undefined ? null : ada), {
      optional: true,
    }),
  }
  const routes = Object.entries(identities).map(([name, identity]) =>
    Route(
      `/${name}`,
      operation({ use: { identity } }, ({ identity: found, request }) =>
        reply(200, [found === undefined, name === 'session' || request.user.isAuthenticated]),
      ),
    ),
  )
  const middleware = [sessions({ store: memoryStore() })]
  await using client = await testClient(Application({ middleware, routes }))

  t.same(await (await client.get('/basic')).json(), [true, false])
  t.same(await (await client.get('/token')).json(), [true, false])
  t.same(await (await client.get('/session')).json(), [true, true])
  t.same(await (await client.get('/token', bearer('of-ada'))).json(), [false, true])
  t.equal((await client.get('/token', bearer('of-eve'))).status, 401)
  const authorization = `Basic ${btoa('ada:wrong')}`
  t.equal((await client.get('/basic', { headers: { authorization } })).status, 401)
})

t.test('documents list anonymous use as an alternative', (t) => {
  const key = secured({ type: 'apiKey', in: 'header', name: 'x-key' }, () => ({ name: 'eve' }))
  const routes = [
    Route('/optional', guarded(anyUser)),
    Route('/both', guarded(anyUser, key)),
    Route('/required', guarded(anyUser, anyUser.requiring('write'))),
    Route('/mixed', guarded(securedByAny(anyUser, key))),
  ]
  const { paths } = openapi(routes, INFO)
  const securityOf = (path: string) => paths[path]?.get?.security

  t.same(securityOf('/optional'), [{ bearer: [] }, {}])
  t.same(securityOf('/both'), [{ bearer: [], 'x-key': [] }, { 'x-key': [] }])
  t.same(securityOf('/required'), [{ bearer: ['write'] }])
  t.same(securityOf('/mixed'), [{ bearer: [] }, { 'x-key': [] }])
  t.end()
})

t.test('the option is checked', (t) => {
  t.throws(
    () => secured(BEARER, () => 1, { optional: 'no' as never }),
    /^secured: optional must be true or false, "no" was given\./,
  )
  t.end()
})
