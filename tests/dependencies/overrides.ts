// LS-DI-6, LS-TEST-1: others in the place of dependencies.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { dependency, overriding } from '../../lib/dependencies.ts'
import { Request } from '../../lib/requests.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { Middleware } from '../../lib/types.ts'

const db = dependency(async () => 'real')
const users = dependency(async (request) => `users of the ${await db.of(request)} database`)

t.test('the test client replaces a dependency by another one, behind mounts too', async (t) => {
  const seen: string[] = []
  const middleware: Middleware = (app) => async (scope, receive, send) => {
    if (scope.type === 'http') seen.push(await db.of(new Request(scope, receive, send)))
    return app(scope, receive, send)
  }
  const show = Route('/', async (request) => {
    const background = async (): Promise<unknown> => seen.push(await db.of(request))
    return new PlainTextResponse(await users.of(request), { background })
  })
  const app = Application({
    middleware: [middleware],
    routes: [Mount('/users', Router([show]), { name: 'users' })],
  })
  await using client = await testClient(app, { overrides: [db.as('fake')] })
  t.equal(await (await client.get('/users/')).text(), 'users of the fake database')
  t.same(seen, ['fake', 'fake'])

  await using plain = await testClient(app)
  t.equal(await (await plain.get('/users/')).text(), 'users of the real database')
})

t.test('an override may be any function or generator, and is cleaned up', async (t) => {
  const log: string[] = []
  const fake = db.as(async function* (request) {
    yield `fake ${request.url.pathname}`
    log.push('closed')
  })
  const app = Route('/a', async (request) => new PlainTextResponse(await db.of(request)))
  await using client = await testClient(app, { overrides: [fake] })

  t.equal(await (await client.get('/a')).text(), 'fake /a')
  t.same(log, ['closed'])
})

t.test('of() of an async dependency gives a promise, whatever the override is', async (t) => {
  const overrides = [db.as('value'), db.as(() => 'function'), db.as(Promise.resolve('promise'))]
  const app = Route('/', (request) => db.of(request).then((text) => new PlainTextResponse(text)))
  for (const override of overrides) {
    await using client = await testClient(app, { overrides: [override] })
    t.match(await (await client.get('/')).text(), /^(?:value|function|promise)$/)
  }
  const broken = db.as(() => {
    throw new RangeError('kaput')
  })
  await using client = await testClient(app, { overrides: [broken] })
  await t.rejects(client.get('/'), new RangeError('kaput'))
})

t.test('an override applies to websockets too', async (t) => {
  const app = Application({
    routes: [
      WebSocketRoute('/', async (websocket) => {
        await websocket.accept()
        await websocket.sendText(await users.of(websocket))
      }),
    ],
  })
  await using client = await testClient(app, { overrides: [db.as('fake')] })
  await using socket = await client.websocket('/')

  t.equal(await socket.receiveText(), 'users of the fake database')
})

t.test('overrides of a part of an app add to the outer ones and take precedence', async (t) => {
  const clock = dependency(() => 'now')
  const show = Route('/', async (request) => {
    return new JSONResponse([clock.of(request), await db.of(request)])
  })
  const app = Router([
    Mount('/inner', Router([show]), { middleware: [overriding([clock.as('later')])] }),
    show,
  ])
  const overrides = [clock.as('test'), db.as('fake')]
  await using client = await testClient(app, { overrides })

  t.same(await (await client.get('/inner/')).json(), ['later', 'fake'])
  t.same(await (await client.get('/inner/')).json(), ['later', 'fake'])
  t.same(await (await client.get('/')).json(), ['test', 'fake'])
})

t.test('overrides are checked', async (t) => {
  t.throws(() => overriding(db.as('x') as never), {
    message:
      'overriding: the overrides must be a list, an object (Override) was given. Write [db.as(fake)].',
  })
  t.throws(() => overriding(['x' as never]), {
    message: 'overriding: an override must come from as(), "x" was given. Write db.as(fake).',
  })
  t.throws(() => overriding([db.as('x'), db.as('y')]), {
    message: 'overriding: two overrides are for the same dependency. Leave one of them out.',
  })
  await t.rejects(
    testClient(async () => {}, { overrides: [5 as never] }),
    /must come from as\(\)/,
  )
})

t.test('overrides apply to a lifespan', async (t) => {
  const settings = dependency(() => 'real', { until: 'shutdown' })
  const pool = dependency((application) => `pool of ${settings.of(application)}`, {
    until: 'shutdown',
  })
  const app: Application = Application({
    lifespan: async function* (app: Application) {
      yield { pool: pool.of({ app }) }
    },
  })
  await using client = await testClient(app, { overrides: [settings.as('fake')] })
  t.same(client.state, { pool: 'pool of fake' })
  await client.close()

  await using plain = await testClient(app)
  t.same(plain.state, { pool: 'pool of real' })
})
