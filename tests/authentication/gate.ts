import t from 'tap'
import {
  type Identity,
  SimpleUser,
  UnauthenticatedUser,
} from '../../lib/authentication/authentication.ts'
import { gate } from '../../lib/authentication/gate.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const ada: Identity = { user: new SimpleUser('ada'), scopes: ['a'] }
const missing = (): HTTPException => new HTTPException(401, 'Who are you?')
const nobody = async (): Promise<null> => null
const open: App = async (_scope, _receive, send) => {
  await send({ type: 'http.response.start', status: 204, headers: [] })
  await send({ type: 'http.response.body' })
}

t.test('a request with an identity passes with it', async (t) => {
  const scope = httpScope()

  const [start] = await call(gate('here', { find: async () => ada, missing })(open), scope)

  t.match(start, { status: 204 })
  t.equal(scope.user, ada.user)
  t.same(scope.auth, { scopes: ['a'] })
})

t.test('other requests are refused, by an exception handler if there is one', async (t) => {
  const app = gate('here', { find: nobody, missing })(open)
  const handled = exceptions([[401, () => new PlainTextResponse('out', { status: 403 })]])(app)

  t.match((await call(app))[0], { status: 401 })
  t.match((await call(handled))[0], { status: 403 })
})

t.test('other requests pass unauthenticated if that is allowed', async (t) => {
  const scope = httpScope()

  t.match((await call(gate('here', { find: nobody, missing: null })(open), scope))[0], {
    status: 204,
  })
  t.ok(scope.user instanceof UnauthenticatedUser)
})

t.test('a user who was identified by an outer middleware stays', async (t) => {
  const scope = httpScope({ user: ada.user, auth: { scopes: ['x'] } })

  await call(gate('here', { find: nobody, missing: null })(open), scope)

  t.equal(scope.user, ada.user)
  t.same(scope.auth, { scopes: ['x'] })
})

t.test('websockets are refused too', async (t) => {
  const app = gate('here', { find: nobody, missing })(open)

  t.match(await call(app, websocketScope()), [
    { type: 'websocket.http.response.start', status: 401 },
    { type: 'websocket.http.response.body' },
  ])
  t.same(await call(app, websocketScope({ extensions: {} })), [{ type: 'websocket.close' }])
})

t.test('other errors are rethrown', async (t) => {
  const bug = new Error('the database is gone')

  await t.rejects(call(gate('here', { find: () => Promise.reject(bug), missing })(open)), bug)
  await t.rejects(
    call(gate('here', { find: async () => ({}) as never, missing })(open)),
    /^here: it must/,
  )
})

t.test('other scopes pass unchanged', (t) =>
  assertUntouched(t, gate('here', { find: nobody, missing })),
)
