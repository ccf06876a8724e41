import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { mapResponseStart } from '../../lib/authoring/mapresponsestart.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { toApp } from '../../lib/responses/response.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { listening } from '../support/sockets.ts'
import { assertGivesOn, assertUntouched } from '../support/untouched.ts'

const home: App = toApp(new PlainTextResponse('home'), 'the test')

t.test('changes status and headers depending on the request', async (t) => {
  const app = mapResponseStart((message, scope) => ({
    ...message,
    status: 201,
    headers: [...message.headers, 'x-path', scope.path],
  }))(home)

  const { status, headers, text } = responseOf(await call(app, httpScope({ path: '/a' })))

  t.same([status, headers.get('x-path'), text], [201, '/a', 'home'])
})

t.test('changes error responses too', async (t) => {
  const app = Application({
    middleware: [
      mapResponseStart((message) => ({ ...message, headers: [...message.headers, 'x-a', '1'] })),
    ],
    routes: [
      Route('/', () => {
        throw new Error('kaput')
      }),
    ],
  })
  await using client = await testClient(app, { raiseServerExceptions: false })

  const response = await client.get('/')

  t.equal(response.status, 500)
  t.equal(response.headers.get('x-a'), '1')
})

t.test('a message changed in place throws instead of reaching the next client', async (t) => {
  const start = { type: 'http.response.start' as const, status: 200, headers: ['x-a', '1'] }
  const app: App = async (_scope, _receive, send) => {
    await send(start)
    await send({ type: 'http.response.body', body: new Uint8Array() })
  }
  const pushing = mapResponseStart((message) => {
    Reflect.apply(Array.prototype.push, message.headers, ['x-l', '1'])
    return message
  })
  const { port, errors } = await listening(t, pushing(app))

  t.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 500)
  t.match(errors, [{ name: 'TypeError' }])
  t.same(start.headers, ['x-a', '1'])
})

t.test('other scopes pass unchanged', (t) =>
  assertUntouched(
    t,
    mapResponseStart((message) => message),
    websocketScope(),
  ),
)

t.test('returns what the app returns', async (t) =>
  assertGivesOn(
    t,
    mapResponseStart((message) => message),
  ),
)

t.test('throws if the result is not a message, or a promise', async (t) => {
  const failures: readonly [change: () => unknown, told: string][] = [
    [async () => {}, 'an object (Promise)'],
    [() => Promise.reject(new Error('unheard')), 'an object (Promise)'],
    [() => {}, 'undefined'],
    [() => null, 'null'],
    [() => ({ type: 'http.response.body' }), 'an object'],
  ]
  for (const [change, told] of failures) {
    // @ts-expect-error what JavaScript may do
    await t.rejects(call(mapResponseStart(change)(home)), {
      name: 'TypeError',
      message: `mapResponseStart: the function must return the message to send, ${told} was given. Return { ...message, headers: [...message.headers, name, value] } or the message itself; use httpMiddleware() to wait for something.`,
    })
  }
  // @ts-expect-error a function is needed
  t.throws(() => mapResponseStart({}), {
    name: 'TypeError',
    message:
      /^mapResponseStart: the argument must be a function \(message, scope\) => message, an object was given/,
  })
})
