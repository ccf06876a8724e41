// The lifespans of what is mounted.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Host, Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { serve } from '../../lib/servers/node.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'

interface Made {
  readonly app: App
  readonly log: string[]
}

/** An application that notes when it starts and stops, and tells its state. */
function noting(name: string, log: string[], routes: Parameters<typeof Router>[0] = []): Made {
  async function* lifespan(): AsyncGenerator<Record<string, string>> {
    log.push(`${name} starts`)
    yield { [name]: 'open', last: name }
    log.push(`${name} stops`)
  }
  const app = Application({
    routes: [Route('/state', ({ state }) => new JSONResponse(state)), ...routes],
    lifespan,
  })
  return { app, log }
}

t.test('mounted lifespans start in order, and stop in reverse before the outer one', async (t) => {
  const log: string[] = []
  const deep = noting('deep', log).app
  const inner = noting('inner', log, [Mount('/deep', deep)]).app
  const hosted = noting('hosted', log, [
    Route('/hosted', ({ state }) => new JSONResponse(state)),
  ]).app
  const { app } = noting('outer', log, [
    Mount('/inner', inner),
    Mount('/again', inner),
    Mount('/router', Router([Mount('/b', noting('b', log).app)])),
    Host('other.example.org', hosted),
  ])

  const client = await testClient(app)
  t.same(log.splice(0), [
    'outer starts',
    'inner starts',
    'deep starts',
    'b starts',
    'hosted starts',
  ])
  const state = async (path: string, host = 'testserver'): Promise<unknown> =>
    (await client.get(path, { headers: { host } })).json()
  t.same(await state('/state'), { outer: 'open', last: 'outer' })
  t.same(await state('/inner/state'), { outer: 'open', inner: 'open', last: 'inner' })
  t.same(await state('/again/state'), { outer: 'open', inner: 'open', last: 'inner' })
  t.same(await state('/inner/deep/state'), {
    ...{ outer: 'open', inner: 'open', deep: 'open', last: 'deep' },
  })
  t.same(await state('/router/b/state'), { outer: 'open', b: 'open', last: 'b' })
  t.same(await state('/hosted', 'other.example.org'), {
    outer: 'open',
    hosted: 'open',
    last: 'hosted',
  })
  t.same(await state('/state'), { outer: 'open', last: 'outer' }, 'no request changes another')
  await client.close()
  t.same(log, ['hosted stops', 'b stops', 'deep stops', 'inner stops', 'outer stops'])
})

t.test('the state is that of the server that started it', async (t) => {
  let count = 0
  const inner = Application({
    routes: [Route('/', ({ state }) => new JSONResponse(state))],
    lifespan: async function* () {
      count++
      yield { count }
    },
  })
  const app = Router([Mount('/inner', inner)])
  await using one = await testClient(app)
  const two = await testClient(app)
  t.same(await (await one.get('/inner')).json(), { count: 1 })
  t.same(await (await two.get('/inner')).json(), { count: 2 })
  await two.close()
  t.same(await (await one.get('/inner')).json(), { count: 1 })
})

t.test('a router with a lifespan may be mounted, and websockets have the state', async (t) => {
  const lifespan = async function* (): AsyncGenerator<{ db: string }> {
    yield { db: 'open' }
  }
  const inner = Router(
    [
      WebSocketRoute('/', async (websocket) => {
        await websocket.accept()
        await websocket.sendJSON(websocket.state)
        await websocket.close()
      }),
    ],
    { lifespan },
  )
  await using client = await testClient(Application({ routes: [Mount('/inner', inner)] }))
  const socket = await client.websocket('/inner')
  t.same(await socket.receiveJSON(), { db: 'open' })
})

t.test('one that fails to start stops the started ones, and fails the server', async (t) => {
  const log: string[] = []
  const failing = Application({
    // biome-ignore lint/correctness/useYield: it fails before
    lifespan: async function* (): AsyncGenerator<object> {
      throw new Error('no database')
    },
  })
  const { app } = noting('outer', log, [
    Mount('/a', noting('a', log).app),
    Mount('/b', failing),
    Mount('/c', noting('c', log).app),
  ])
  await t.rejects(serve(app, { port: 0 }), /startup failed.*no database/s)
  t.same(log, ['outer starts', 'a starts', 'a stops', 'outer stops'])
})

t.test('one that fails to stop does not prevent others from stopping', async (t) => {
  const log: string[] = []
  const failing = Application({
    lifespan: async function* () {
      yield {}
      throw new Error('cannot close')
    },
  })
  const { app } = noting('outer', log, [Mount('/a', noting('a', log).app), Mount('/b', failing)])
  const client = await testClient(app)
  await t.rejects(client.close(), /cannot close/)
  t.same(log, ['outer starts', 'a starts', 'a stops', 'outer stops'])
})

t.test('the lifespan of an application gets the application', async (t) => {
  let given: unknown
  const app = Application({
    routes: [Route('/there', () => new JSONResponse(1), { name: 'there' })],
    lifespan: async function* (own: Application) {
      given = own
      yield { path: String(own.urlPathFor('there')) }
    },
  })
  await using client = await testClient(app)
  t.equal(given, app)
  t.same(client.state, { path: '/there' })
})

t.test('a lifespan that is not a function is refused', async (t) => {
  for (const lifespan of [null, {}, 'x']) {
    t.throws(
      () => Application({ lifespan: lifespan as never }),
      /^Application: the lifespan must be an async generator function, (null|an object|"\w+") was given\./,
    )
  }
})
