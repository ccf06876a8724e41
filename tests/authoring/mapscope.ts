import t from 'tap'
import { mapScope } from '../../lib/authoring/mapscope.ts'
import type { App, Scope } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { assertGivesOn, assertUntouched } from '../support/untouched.ts'

t.test('the app gets the scope that the function returns', async (t) => {
  for (const scope of [httpScope(), websocketScope()]) {
    let seen: Scope | undefined
    const app: App = async (given) => {
      seen = given
    }

    await call(mapScope((scope) => ({ ...scope, path: '/mapped' }))(app), scope)

    t.match(seen, { type: scope.type, path: '/mapped' })
    t.equal(scope.path, '/', 'the one outside is left alone')
  }
})

t.test('may return the same scope', async (t) => {
  const scope = httpScope()
  const app: App = async (given) => void t.equal(given, scope)

  await call(mapScope((given) => given)(app), scope)
})

t.test('other scopes pass unchanged', async (t) => {
  const never = () => t.fail('it is for connections only') as never

  await assertUntouched(t, mapScope(never))
})

t.test('returns what the app returns', async (t) =>
  assertGivesOn(
    t,
    mapScope((scope) => scope),
  ),
)

t.test('throws if the result is not a scope', async (t) => {
  for (const [value, kind] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [Promise.resolve(httpScope()), 'an object (Promise)'],
    [websocketScope(), 'an object'],
  ] as const) {
    // @ts-expect-error a scope is needed
    const app = mapScope(() => value)(async () => {})
    await t.rejects(call(app), {
      name: 'TypeError',
      message: `mapScope: the function must return a scope of the type "http", ${kind} was given. Return { ...scope, … }, and not a promise.`,
    })
  }
  // @ts-expect-error a function is needed
  t.throws(() => mapScope({}), {
    name: 'TypeError',
    message: /^mapScope: the argument must be a function \(scope\) => scope, an object was given/,
  })
})
