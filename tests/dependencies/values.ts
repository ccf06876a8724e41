// LS-DI-1, LS-DI-2: what dependencies give, once for each connection.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { dependency } from '../../lib/dependencies.ts'
import { Request } from '../../lib/requests.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, Middleware } from '../../lib/types.ts'

t.test('a value is created once for each request, however often it is used', async (t) => {
  let calls = 0
  const count = dependency(() => ++calls)
  const app = Application({
    routes: [Route('/', (request) => new JSONResponse([count.of(request), count.of(request)]))],
  })
  await using client = await testClient(app)

  t.same(await (await client.get('/')).json(), [1, 1])
  t.same(await (await client.get('/')).json(), [2, 2])
})

t.test('an async one is created once, even if it is used simultaneously', async (t) => {
  let calls = 0
  const count = dependency(async () => {
    calls++
    await null
    return calls
  })
  const twice = Route('/', async (request) => {
    const first = count.of(request)
    return new JSONResponse([...(await Promise.all([first, count.of(request)])), calls])
  })
  await using client = await testClient(twice)

  t.same(await (await client.get('/')).json(), [1, 1, 1])
})

t.test('a dependency can use others with the same connection', async (t) => {
  const name = dependency((request) => request.queryParams.get('name') ?? '')
  const greeting = dependency(async (request) => `hello ${name.of(request)}`)
  const app = Route('/', async (request) => new PlainTextResponse(await greeting.of(request)))
  await using client = await testClient(app)

  t.equal(await (await client.get('/?name=tea')).text(), 'hello tea')
})

t.test('generators of both kinds yield the value', async (t) => {
  const sync = dependency(function* () {
    yield 'sync'
  })
  const later = dependency(async function* () {
    yield 'later'
  })
  const app = Route('/', async (request) => {
    return new JSONResponse([sync.of(request), await later.of(request)])
  })
  await using client = await testClient(app)

  t.same(await (await client.get('/')).json(), ['sync', 'later'])
})

t.test('middleware, exception handlers, background work and the handler share it', async (t) => {
  const seen: number[] = []
  let calls = 0
  const count = dependency(() => ++calls)
  const outer: Middleware = (app) => (scope, receive, send) => {
    if (scope.type === 'http') seen.push(count.of(new Request(scope, receive, send)))
    return app({ ...scope }, receive, send)
  }
  const app = Application({
    middleware: [outer],
    exceptionHandlers: [
      [
        418,
        (request) => {
          const background = (): unknown => seen.push(count.of(request))
          return new PlainTextResponse(String(count.of(request)), { background })
        },
      ],
    ],
    routes: [
      Route('/', (request) => {
        seen.push(count.of(request))
        throw Object.assign(new Error(), { teapot: true })
      }),
      Route('/work', (request) => {
        const background = (): unknown => seen.push(count.of(request))
        return new PlainTextResponse(String(count.of(request)), { background })
      }),
    ],
  })
  await using client = await testClient(app, { raiseServerExceptions: false })

  t.equal(await (await client.get('/work')).text(), '1')
  t.equal((await client.get('/')).status, 500)
  t.same(seen, [1, 1, 2, 2])
})

t.test('a websocket has its own', async (t) => {
  let calls = 0
  const count = dependency(async () => ++calls)
  const app = Application({
    routes: [
      WebSocketRoute('/', async (websocket) => {
        await websocket.accept()
        for await (const _ of websocket) await websocket.sendJSON(await count.of(websocket))
      }),
    ],
  })
  await using client = await testClient(app)
  await using socket = await client.websocket('/')
  for (const _ of [1, 2]) {
    await socket.sendText('?')
    t.equal(await socket.receiveJSON(), 1)
  }
})

t.test('all users of a failed dependency get the same error', async (t) => {
  let calls = 0
  const broken = dependency(async () => {
    calls++
    throw new Error('kaput')
  })
  const app = Route('/', async (request) => {
    broken.of(request) // nothing waits for this one
    const all = await Promise.allSettled([broken.of(request), broken.of(request)])
    const [first, second] = all.map((one) => one.status === 'rejected' && one.reason)
    return new JSONResponse([calls, first === second, String(first)])
  })
  await using client = await testClient(app)

  t.same(await (await client.get('/')).json(), [1, true, 'Error: kaput'])
})

t.test('a synchronous error is thrown synchronously', async (t) => {
  let calls = 0
  const broken = dependency((): number => {
    calls++
    throw new RangeError('kaput')
  })
  const app = Route('/', (request) => {
    t.throws(() => broken.of(request), RangeError)
    t.throws(() => broken.of(request), RangeError)
    return new JSONResponse(calls)
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/')).json(), 1)
})

t.test('a generator throws if nothing would close it', async (t) => {
  const db = dependency(async function* db() {
    yield 1
  })
  const app: App = async (scope, receive, send) => {
    if (scope.type !== 'http') return
    await db.of(new Request(scope, receive, send))
  }
  await using client = await testClient(app, { lifespan: 'off' })
  await t.rejects(client.get('/'), {
    message:
      'dependency db: it is a generator, but nothing would close it. Put an Application or a Route around this app.',
  })
  await using inside = await testClient(
    Router([Route('/', async (request) => new JSONResponse(await db.of(request)))]),
  )
  t.equal(await (await inside.get('/')).json(), 1)
})

t.test('a dependency and its options are checked at definition', async (t) => {
  t.throws(() => dependency(5 as never), {
    message:
      'dependency: find must be a function, 5 was given. Write dependency((request) => value).',
  })
  t.throws(() => dependency(() => 1, { until: 'later' as never }), {
    message:
      'dependency: until must be "response", "handler" or "shutdown", "later" was given. Leave it out for "response".',
  })
  t.throws(() => dependency(() => 1, { untl: 'handler' } as never), {
    message: 'dependency: unknown option "untl". Did you mean "until"?',
  })
  t.throws(() => dependency(() => 1, { eager: true } as never), {
    message: 'dependency: eager needs until: "shutdown", "response" was given. Leave eager out.',
  })
})
