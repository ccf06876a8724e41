import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { answersExceptions, withMiddleware } from '../../lib/routing/wrapped.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { call } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

const failing: App = async () => {
  throw new HTTPException(418)
}

t.test('answers the exceptions of an app and its middleware', async (t) => {
  const hello: App = (scope, receive, send) =>
    new PlainTextResponse('hello').respond(scope, receive, send)
  const refusing: Middleware = () => failing

  t.equal(responseOf(await call(withMiddleware(failing))).status, 418)
  t.equal(responseOf(await call(withMiddleware(hello, [refusing]))).status, 418)
  t.equal(responseOf(await call(withMiddleware(hello))).text, 'hello')
})

t.test('does not wrap an app that answers them itself', async (t) => {
  const app = answersExceptions(failing)

  t.equal(withMiddleware(app), app)
  t.not(
    withMiddleware(app, [
      (inner) =>
        async (...all) =>
          inner(...all),
    ]),
    app,
  )
})

t.test('rethrows bugs', async (t) => {
  const bug = new Error('bug')

  await t.rejects(
    call(
      withMiddleware(async () => {
        throw bug
      }),
    ),
    bug,
  )
})
