import t from 'tap'
import { when } from '../../lib/authoring/when.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { assertGivesOn, UNKNOWN } from '../support/untouched.ts'

/** Notes which of its parts a scope came through. */
function noting(): { passed: string[]; middleware: Middleware; app: App } {
  const passed: string[] = []
  const middleware: Middleware = (app) => (scope, receive, send) => {
    passed.push('middleware')
    return app(scope, receive, send)
  }
  const app: App = async () => void passed.push('app')
  return { passed, middleware, app }
}

t.test('only matching requests and websockets pass through the middleware', async (t) => {
  for (const makeScope of [httpScope, websocketScope]) {
    for (const [path, expected] of [
      ['/in', ['middleware', 'app']],
      ['/out', ['app']],
    ] as const) {
      const { passed, middleware, app } = noting()
      await call(when((scope) => scope.path === '/in', middleware)(app), makeScope({ path }))
      t.same(passed, expected)
    }
  }
})

t.test('the lifespan and unknown scopes pass through the middleware', async (t) => {
  for (const scope of [lifespanScope(), UNKNOWN]) {
    const { passed, middleware, app } = noting()
    const never = () => t.fail('the predicate knows connections only')

    await call(when(never, middleware)(app), scope)

    t.same(passed, ['middleware', 'app'])
  }
})

t.test('the app is wrapped in the middleware once', async (t) => {
  let count = 0
  const counting: Middleware = (app) => {
    count++
    return app
  }
  const app = when(() => true, counting)(async () => {})

  await call(app)
  await call(app)

  t.equal(count, 1)
})

t.test('returns what the app returns', async (t) => {
  for (const answer of [true, false])
    assertGivesOn(
      t,
      when(
        () => answer,
        (inner) => inner,
      ),
    )
})

t.test('invalid options throw at definition', async (t) => {
  const { middleware, app } = noting()
  // @ts-expect-error a function is needed
  t.throws(() => when(true, middleware), {
    name: 'TypeError',
    message:
      'when: the predicate must be a function, true was given. Write when((scope) => …, cors()).',
  })
  // @ts-expect-error a middleware is needed
  t.throws(() => when(() => true), { message: /the middleware must be a function, undefined/ })
  const none = (() => {}) as unknown as Middleware
  t.throws(() => when(() => true, none)(app), { message: /^when: what the middleware returns/ })
})
