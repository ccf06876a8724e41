import t from 'tap'
import { errorBoundary, trackStart } from '../../lib/errors/boundary.ts'
import { ClientDisconnected, HTTPException } from '../../lib/exceptions.ts'
import { type App, SENT } from '../../lib/types.ts'
import { call, httpScope, lifespanScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const missing: App = () => Promise.reject(new HTTPException(404))
const hasty: App = () => {
  throw new HTTPException(403, 'no')
}
const late: App = async (_scope, _receive, send) => {
  await send({ type: 'http.response.start', status: 200, headers: [] })
  throw new HTTPException(406)
}

t.test('answers exceptions that have a handler', async (t) => {
  const [start] = await call(errorBoundary(missing))

  t.match(start, { type: 'http.response.start', status: 404 })
})

t.test('answers an error that is thrown before a promise is returned', async (t) => {
  const [start, body] = await call(errorBoundary(hasty))

  t.match(start, { status: 403 })
  t.match(body, { body: new Uint8Array(Buffer.from('no')) })
})

t.test('rethrows bugs', async (t) => {
  const bug = new Error('kaput')

  await t.rejects(call(errorBoundary(() => Promise.reject(bug))), bug)
})

t.test('wraps an exception that is thrown after the start', async (t) => {
  const error = await call(errorBoundary(late)).catch((thrown: unknown) => thrown)

  t.match(error, {
    message: /HTTPException has a handler, but it was thrown after the response had started/,
    cause: { status: 406 },
  })
})

t.test('does not wrap bugs and disconnects after the start', async (t) => {
  for (const error of [new Error('kaput'), new ClientDisconnected()]) {
    const app: App = async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      throw error
    }
    t.equal(await call(errorBoundary(app)).catch((thrown: unknown) => thrown), error)
  }
})

t.test('does not touch the lifespan and unknown scopes', async (t) => {
  await assertUntouched(t, errorBoundary)
  const error = await call(errorBoundary(missing), lifespanScope()).catch(
    (thrown: unknown) => thrown,
  )

  t.match(error, { status: 404 })
})

t.test('restores the handlers that a mounted application has replaced', async (t) => {
  const handlers = {}
  const scope = httpScope({ exceptionHandlers: handlers })
  const app: App = (inside) => {
    if (inside.type === 'http') inside.exceptionHandlers = undefined
    return Promise.reject(new HTTPException(404))
  }

  await call(errorBoundary(app), scope)

  t.equal(scope.exceptionHandlers, handlers)
})

t.test('a response has not started after a message for the test client only', async (t) => {
  const tracked = trackStart(() => SENT, httpScope())

  tracked.send({ type: 'http.response.debug', info: {} })
  t.equal(tracked.started, false)
  tracked.send({ type: 'http.response.start', status: 200, headers: [] })
  t.equal(tracked.started, true)
})
