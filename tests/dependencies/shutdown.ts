// LS-DI-3: dependencies that live as long as the application.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { dependency } from '../../lib/dependencies.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

/** Dependencies that write down what happens. */
function pool(log: string[]) {
  const settings = dependency(
    function* settings() {
      log.push('open settings')
      yield { url: 'memory:' }
      log.push('close settings')
    },
    { until: 'shutdown' },
  )
  const db = dependency(
    async function* db(application) {
      const { url } = settings.of(application)
      log.push('open db')
      yield url
      log.push('close db')
    },
    { until: 'shutdown' },
  )
  return { settings, db }
}

t.test('one is created on first use, and closed in reverse order with the lifespan', async (t) => {
  const log: string[] = []
  const { db } = pool(log)
  const show = Route('/', async (request) => new PlainTextResponse(await db.of(request)))
  const inner = Application({ routes: [show] })
  const app = Application({
    lifespan: async function* () {
      log.push('start')
      yield {}
      log.push('stop')
    },
    routes: [
      show,
      Mount('/inner', inner),
      WebSocketRoute('/', async (websocket) => {
        await websocket.accept()
        await websocket.sendText(await db.of(websocket))
      }),
    ],
  })
  for (const _ of [1, 2]) {
    const client = await testClient(app)
    t.same(log, ['start'])
    t.equal(await (await client.get('/')).text(), 'memory:')
    t.equal(await (await client.get('/inner/')).text(), 'memory:')
    await using socket = await client.websocket('/')
    t.equal(await socket.receiveText(), 'memory:')
    await client.close()
    t.same(log.splice(1), ['open settings', 'open db', 'close db', 'close settings', 'stop'])
    log.splice(0)
  }
})

t.test('an eager one is created at startup if a contract lists it', async (t) => {
  const log: string[] = []
  const open = (name: string, eager = true) =>
    dependency(
      function* () {
        log.push(`open ${name}`)
        yield name
        log.push(`close ${name}`)
      },
      { until: 'shutdown', eager, name },
    )
  const [one, two, three, lazy] = [open('one'), open('two'), open('three'), open('lazy', false)]
  const ok = () => new PlainTextResponse('ok')
  const get = Object.assign(() => ok(), { contract: { use: { one, lazy } } })
  const post = Object.assign(() => ok(), { contract: { guards: [two], use: { one } } })
  const inside = Object.assign(() => ok(), { contract: { guards: [three] } })
  const inner = Application({ routes: [Route('/', inside)] })
  const app = Application({ routes: [Route('/', { get, post }), Mount('/inner', inner)] })
  const client = await testClient(app)

  t.same(log, ['open one', 'open two', 'open three'])
  await client.close()
  t.same(log.splice(3), ['close three', 'close two', 'close one'])
})

t.test('one that fails stops the startup, and closes the others', async (t) => {
  const log: string[] = []
  const { db } = pool(log)
  const broken = dependency(
    async (application) => {
      await db.of(application)
      throw new Error('no database')
    },
    { until: 'shutdown', eager: true },
  )
  const handler = Object.assign(() => new PlainTextResponse('ok'), {
    contract: { use: { broken } },
  })
  const app = Application({
    lifespan: async function* () {
      log.push('start')
      yield {}
      log.push('stop')
    },
    routes: [Route('/', handler)],
  })
  const error = await testClient(app).catch((error) => error)

  t.match(error.cause, new Error('no database'))
  t.same(log, ['start', 'open settings', 'open db', 'close db', 'close settings', 'stop'])
})

t.test('a startup that fails for another reason closes them', async (t) => {
  const log: string[] = []
  const { db } = pool(log)
  const broken = Application({
    // biome-ignore lint/correctness/useYield: it fails before
    lifespan: async function* () {
      throw new Error('kaput')
    },
  })
  const app: Application = Application({
    lifespan: async function* (app: Application) {
      yield { url: await db.of({ app }) }
      log.push('stop')
    },
    routes: [Mount('/broken', broken)],
  })
  await t.rejects(testClient(app))

  t.same(log, ['open settings', 'open db', 'close db', 'close settings', 'stop'])
})

t.test('a lifespan can use one', async (t) => {
  const log: string[] = []
  const { db } = pool(log)
  const app: Application = Application({
    lifespan: async function* (app: Application) {
      yield { url: await db.of({ app }) }
      log.push('stop')
    },
  })
  const client = await testClient(app)
  t.same(client.state, { url: 'memory:' })
  await client.close()

  t.same(log, ['open settings', 'open db', 'close db', 'close settings', 'stop'])
})

t.test('one that failed is created again by the next request', async (t) => {
  let calls = 0
  const db = dependency(
    async () => {
      calls++
      if (calls === 1) throw new Error('not yet')
      return calls
    },
    { until: 'shutdown' },
  )
  const show = Route('/', async (request) => new JSONResponse(await db.of(request)))
  await using client = await testClient(Application({ routes: [show] }))

  await t.rejects(client.get('/'), new Error('not yet'))
  t.equal(await (await client.get('/')).json(), 2)
  t.equal(await (await client.get('/')).json(), 2)
})

t.test('errors of clean-ups fail the shutdown, and all clean-ups run', async (t) => {
  const log: string[] = []
  const { db } = pool(log)
  const broken = dependency(
    async function* broken(application) {
      yield await db.of(application)
      throw new Error('kaput')
    },
    { until: 'shutdown' },
  )
  const app = Application({
    lifespan: async function* () {
      yield {}
      log.push('stop')
    },
    routes: [Route('/', async (request) => new PlainTextResponse(await broken.of(request)))],
  })
  const client = await testClient(app)
  await client.get('/')
  await t.rejects(client.close(), { cause: new Error('kaput') })

  t.same(log, ['open settings', 'open db', 'close db', 'close settings', 'stop'])
})

t.test('two lifespans of one application share it, and the last one closes it', async (t) => {
  const log: string[] = []
  const { db } = pool(log)
  const show = Route('/', async (request) => new PlainTextResponse(await db.of(request)))
  const app = Application({ routes: [show] })
  const [one, two] = [await testClient(app), await testClient(app)]
  await one.get('/')
  await two.get('/')
  await one.close()
  t.same(log, ['open settings', 'open db'])
  await two.close()
  t.same(log, ['open settings', 'open db', 'close db', 'close settings'])
})

t.test('overrides apply to dependencies that are created at startup', async (t) => {
  const log: string[] = []
  const { settings, db } = pool(log)
  const eager = dependency(async (application) => db.of(application), {
    until: 'shutdown',
    eager: true,
  })
  const handler = Object.assign(() => new PlainTextResponse('ok'), { contract: { use: { eager } } })
  const show = Route('/db', async (request) => new PlainTextResponse(await eager.of(request)))
  const app = Application({ routes: [Route('/', handler), show] })
  await using client = await testClient(app, { overrides: [settings.as({ url: 'fake:' })] })

  t.same(log, ['open db'])
  t.equal(await (await client.get('/db')).text(), 'fake:')
})

t.test('it cannot use a dependency of a request', async (t) => {
  const user = dependency(async function user(request) {
    return request.headers.get('x-user')
  })
  const audit = dependency(
    async function audit(application) {
      return user.of(application as never)
    },
    { until: 'shutdown' },
  )
  const show = Route('/', async (request) => new JSONResponse(await audit.of(request)))
  const app = Application({ routes: [show] })
  await using client = await testClient(app)
  await t.rejects(client.get('/'), {
    message:
      "dependency audit: it lasts until the shutdown, but uses user, which belongs to a connection. Write { until: 'shutdown' } for user too.",
  })
  t.throws(() => user.of({ app } as never), {
    message:
      "dependency user: it belongs to a connection, but an application was given. Pass the request or websocket, or write { until: 'shutdown' }.",
  })
  await using alone = await testClient(show)
  await t.rejects(alone.get('/'), {
    message:
      'dependency audit: it lasts until the shutdown of an application, but there is no application. Put an Application around this app.',
  })
})
