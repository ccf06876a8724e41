import t from 'tap'
import { callable, chain } from '../../lib/internal/apps.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { call } from '../support/scopes.ts'

interface Named extends App {
  readonly name: string
  readonly count: number
}

t.test('assigns the properties to the given function itself, including its name', async (t) => {
  const app: App = async () => {}

  const named = callable<Named>(app, { name: 'users', count: 1 })

  t.equal(named, app)
  t.equal(named.name, 'users')
  t.equal(named.count, 1)
})

t.test('keeps getters, so that a property is evaluated at each access', async (t) => {
  let count = 0
  const named = callable<Named>(async () => {}, {
    name: '',
    get count() {
      return count
    },
  })

  count = 7

  t.equal(named.count, 7)
})

/** Notes when it is entered and left. */
const noting =
  (seen: string[], name: string): Middleware =>
  (app) =>
  async (scope, receive, send) => {
    seen.push(`+${name}`)
    await app(scope, receive, send)
    seen.push(`-${name}`)
  }

t.test('the first middleware is the outermost', async (t) => {
  const seen: string[] = []
  const app: App = async () => {
    seen.push('app')
  }

  await call(chain(noting(seen, 'a'), noting(seen, 'b'))(app))

  t.strictSame(seen, ['+a', '+b', 'app', '-b', '-a'])
})

t.test('a chain of chains is one chain', async (t) => {
  const seen: string[] = []
  const [a, b, c] = ['a', 'b', 'c'].map((name) => noting(seen, name)) as [
    Middleware,
    Middleware,
    Middleware,
  ]
  const app: App = async () => {}

  await call(chain(a, b, c)(app))
  const flat = seen.splice(0)
  await call(chain(chain(a, b), c)(app))
  const left = seen.splice(0)
  await call(chain(a, chain(b, c))(app))

  t.strictSame(left, flat)
  t.strictSame(seen, flat)
})

t.test('an empty chain gives the app itself', (t) => {
  const app: App = async () => {}

  t.equal(chain()(app), app)
  t.end()
})

t.test('wraps once, when the chain gets its app', async (t) => {
  let wrapped = 0
  const counting: Middleware = (app) => {
    wrapped++
    return app
  }
  const both = chain(counting)
  const before = wrapped
  const app = both(async () => {})

  await call(app)
  await call(app)

  t.strictSame([before, wrapped], [0, 1])
})

const noMiddleware: [title: string, value: unknown, type: string][] = [
  ['undefined', undefined, 'undefined'],
  ['the options of a factory', { origins: ['*'] }, 'an object'],
  ['a name', 'cors', '"cors"'],
]

for (const [title, value, type] of noMiddleware) {
  t.test(`refuses ${title} in the list, before there is an app`, (t) => {
    t.throws(() => chain((app) => app, value as Middleware), {
      name: 'TypeError',
      message: new RegExp(
        `^chain: a middleware must be a function \\(app\\) => app, but number 2 is ${type}\\. Was its factory`,
      ),
    })
    t.end()
  })
}

t.test('refuses a middleware without a return, before the first request', (t) => {
  const forgetful = (() => {}) as unknown as Middleware

  t.throws(() => chain((app) => app, forgetful)(async () => {}), {
    name: 'TypeError',
    message:
      /^chain: a middleware must return an app, but one returned undefined\. Write \(app\) =>/,
  })
  t.end()
})
