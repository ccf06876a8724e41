import t from 'tap'
import {
  AuthenticationError,
  requires,
  SimpleUser,
} from '../../lib/authentication/authentication.ts'
import { Connection } from '../../lib/connections.ts'
import { authentication, type Backend, firstOf } from '../../lib/middleware/authentication.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

/** The name in a header; "?" is invalid. */
const byHeader =
  (name: string): Backend =>
  ({ headers }) => {
    const user = headers.get(name)
    if (user === '?') throw new AuthenticationError('That is no name.')
    return user === null ? null : { user: new SimpleUser(user), scopes: ['user'] }
  }

const who = Route('/', ({ user, auth }) => new JSONResponse([user.isAuthenticated, user, auth]))

async function told(app: App, headers: Record<string, string> = {}): Promise<[number, string]> {
  await using client = await testClient(app)
  const response = await client.get('/', { headers })
  return [response.status, await response.text()]
}

t.test('sets user and scopes: MW-AUTH-1, MW-AUTH-3', async (t) => {
  const app = authentication({ backends: [byHeader('x-user')] })(who)

  t.same(await told(app, { 'x-user': 'ada' }), [
    200,
    '[true,{"username":"ada"},{"scopes":["user"]}]',
  ])
  t.same(await told(app), [200, '[false,{},{"scopes":[]}]'])
})

t.test('the first backend that returns an identity wins', async (t) => {
  const backends = [byHeader('x-a'), async () => null, byHeader('x-b'), () => t.fail('not asked')]
  const connection = new Connection(httpScope({ headers: ['x-b', 'bo'] }))

  t.match(await firstOf(backends as Backend[], connection), { user: { username: 'bo' } })
  t.equal(await firstOf([() => null], connection), null)
})

t.test('invalid credentials get 400 with the message: MW-AUTH-2', async (t) => {
  const app = authentication({ backends: [byHeader('x-user')] })(who)

  t.same(await told(app, { 'x-user': '?' }), [400, 'That is no name.'])
})

t.test('invalid credentials get the response of onError', async (t) => {
  const app = authentication({
    backends: [byHeader('x-user')],
    onError: async ({ headers }, { message }) =>
      new JSONResponse([headers.get('x-user'), message], { status: 401 }),
  })(who)

  t.same(await told(app, { 'x-user': '?' }), [401, '["?","That is no name."]'])
})

t.test('websockets have users too, and invalid credentials close them', async (t) => {
  const socket = WebSocketRoute(
    '/',
    requires('user')(async (websocket) => {
      await websocket.accept()
      await websocket.sendText(websocket.user.displayName)
    }),
  )
  const app = authentication({ backends: [byHeader('x-user')] })(socket)
  const connect = [{ type: 'websocket.connect' } as const]

  t.same(await call(app, websocketScope({ headers: ['x-user', 'ada'] }), connect), [
    { type: 'websocket.accept' },
    { type: 'websocket.send', text: 'ada' },
  ])
  t.match(await call(app, websocketScope({ headers: ['x-user', '?'] }), connect), [
    { type: 'websocket.close', code: 1000 },
  ])
})

t.test('errors of a backend are rethrown', async (t) => {
  const bug = new Error('the database is gone')
  const broken = authentication({ backends: [() => Promise.reject(bug)] })(who)
  const careless = authentication({ backends: [() => true as never] })(who)
  const forgetful = authentication({
    backends: [byHeader('x-user')],
    onError: () => undefined as never,
  })(who)

  await t.rejects(call(broken), bug)
  await t.rejects(call(careless), /^authentication: a backend: it must return \{ user, scopes \}/)
  await t.rejects(
    call(forgetful, httpScope({ headers: ['x-user', '?'] })),
    /^authentication: onError must return a Response or an App/,
  )
})

t.test('other scopes pass unchanged', (t) =>
  assertUntouched(t, authentication({ backends: [byHeader('x-user')] })),
)

t.test('invalid options throw at once', async (t) => {
  for (const [backends, shown] of [
    [undefined, 'undefined'],
    [[], '\\[\\]'],
    [['basic'], '\\["basic"\\]'],
    [byHeader('x'), 'a function'],
  ] as const) {
    t.throws(
      () => authentication({ backends: backends as never }),
      new RegExp(`^authentication: backends must be a list of functions, ${shown} was`),
    )
  }
  t.throws(
    () => authentication({ backends: [byHeader('x')], onError: 400 as never }),
    /authentication: onError must be a function, 400 was given/,
  )
})
