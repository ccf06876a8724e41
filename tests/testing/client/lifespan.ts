import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'

t.test('runs around the use of a client, and closes once: TC-6', async (t) => {
  const log: string[] = []
  const app = Application({
    lifespan: async function* () {
      log.push('start')
      yield { db: 'open' }
      log.push('stop')
    },
    routes: [Route('/', (request) => new JSONResponse(request.state))],
  })
  {
    await using client = await testClient(app)
    t.same(client.state, { db: 'open' })
    t.same(await (await client.get('/')).json(), { db: 'open' })
    t.same(log, ['start'])
    await client.close()
  }
  t.same(log, ['start', 'stop'])

  await using again = await testClient(app)
  t.equal(again.state?.['db'], 'open', 'and can be used again')
})

t.test('gives each request a shallow copy of the state: TC-16, LS-2', async (t) => {
  const app = Application({
    lifespan: async function* () {
      yield { count: 0, list: [] as number[] }
    },
    routes: [
      Route('/', ({ state }: Request<unknown, { count: number; list: number[] }>) => {
        state.count++
        state.list.push(1)
        return new JSONResponse(state)
      }),
    ],
  })
  await using client = await testClient(app)

  await client.get('/')
  t.same(await (await client.get('/')).json(), { count: 1, list: [1, 1] })
})

t.test('failures are thrown, with the error of the app: TC-6, LS-4', async (t) => {
  const error = new Error('kaput')
  const starting = Application({
    // biome-ignore lint/correctness/useYield: it never comes so far
    lifespan: async function* () {
      throw error
    },
  })
  const stopping = Application({
    lifespan: async function* () {
      yield
      throw error
    },
  })

  await t.rejects(testClient(starting), /lifespan: the startup failed/)
  const client = await testClient(stopping)
  await t.rejects(client.close(), { cause: error, message: /lifespan: the shutdown failed/ })
})

t.test('does not run with lifespan: off: TC-7', async (t) => {
  const types: string[] = []
  const app: App = async (scope) => {
    types.push(scope.type)
  }
  const options = { lifespan: 'off', lint: false, raiseServerExceptions: false } as const
  const client = await testClient(app, options)
  await client.get('/')
  await client.close()

  t.same(types, ['http'])
  t.equal(client.state, undefined)
})

t.test('is required with lifespan: on', async (t) => {
  const none: App = () => Promise.reject(new Error('none'))
  await t.rejects(
    testClient(none, { lifespan: 'on' }),
    /^lifespan: the mode is 'on', but the app has no lifespan/,
  )
})

t.test('throws contract faults even if errors are not raised', async (t) => {
  const silent: App = async () => {}
  const client = await testClient(silent, { lifespan: 'off', raiseServerExceptions: false })

  await t.rejects(client.get('/'), { name: 'LintError', message: /without any response/ })
})
