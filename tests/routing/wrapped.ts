import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { answersExceptions, wrapped } from '../../lib/routing/wrapped.ts'
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

  t.equal(responseOf(await call(wrapped(failing))).status, 418)
  t.equal(responseOf(await call(wrapped(hello, [refusing]))).status, 418)
  t.equal(responseOf(await call(wrapped(hello))).text, 'hello')
})

t.test('leaves an app as it is that answers them itself', async (t) => {
  const app = answersExceptions(failing)

  t.equal(wrapped(app), app)
  t.not(
    wrapped(app, [
      (inner) =>
        async (...all) =>
          inner(...all),
    ]),
    app,
  )
})

t.test('throws bugs on', async (t) => {
  const bug = new Error('bug')

  await t.rejects(
    call(
      wrapped(async () => {
        throw bug
      }),
    ),
    bug,
  )
})
