// LS-DI-1: dependencies that ask for themselves.
import { execFile } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { type AnyConnection, type Dependency, dependency } from '../../lib/dependencies.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

const run = promisify(execFile)

type Number = Dependency<number, AnyConnection>
type Later = Dependency<Promise<number>, AnyConnection>

const CIRCLE = 'dependency a: it needs itself, a -> b -> a. Take one of them out of the circle.'

t.test('immediately', async (t) => {
  const a: Number = dependency((request) => b.of(request), { name: 'a' })
  const b: Number = dependency((request) => a.of(request), { name: 'b' })
  const app = Route('/', (request) => new JSONResponse(a.of(request)))
  await using client = await testClient(app)

  await t.rejects(client.get('/'), { message: CIRCLE })
})

t.test('after another await', async (t) => {
  const config = dependency(async () => 1)
  const a: Later = dependency(
    async (request) => {
      await config.of(request)
      return b.of(request)
    },
    { name: 'a' },
  )
  const b: Later = dependency(
    async function* (request) {
      const one = await config.of(request)
      yield one + (await a.of(request))
    },
    { name: 'b' },
  )
  const app = Route('/', async (request) => new JSONResponse(await a.of(request)))
  await using client = await testClient(app)

  await t.rejects(client.get('/'), { message: CIRCLE })
})

t.test('after a timer', async (t) => {
  const a: Later = dependency(
    async (request) => {
      await wait(1)
      return b.of(request)
    },
    { name: 'a' },
  )
  const b: Later = dependency(
    async function* (request) {
      await wait(1)
      yield await a.of(request)
    },
    { name: 'b', until: 'handler' },
  )
  const app = Route('/', async (request) => new JSONResponse(await a.of(request)))
  await using client = await testClient(app)

  await t.rejects(client.get('/'), { message: CIRCLE })
})

t.test('alone', async (t) => {
  const a: Later = dependency(async (request) => a.of(request), { name: 'a' })
  const app = Route('/', async (request) => new JSONResponse(await a.of(request)))
  await using client = await testClient(app)

  await t.rejects(client.get('/'), {
    message: 'dependency a: it needs itself, a -> a. Take one of them out of the circle.',
  })
})

t.test('a dependency that is used twice is not a cycle', async (t) => {
  const base = dependency(async () => 1)
  const left = dependency(async (request) => 1 + (await base.of(request)))
  const right = dependency(async (request) => {
    const some = await base.of(request)
    return some + (await left.of(request))
  })
  const top = dependency(async (request) => {
    const both = await Promise.all([left.of(request), right.of(request)])
    return both[0] + both[1] + (await left.of(request))
  })
  const app = Route('/', async (request) => {
    const all = [top.of(request), base.of(request), right.of(request)]
    return new JSONResponse(await Promise.all(all))
  })
  await using client = await testClient(app)

  t.same(await (await client.get('/')).json(), [7, 1, 3])
})

t.test('an async dependency that waits for another is not a cycle', async (t) => {
  const user = dependency((request) => request.headers.get('x-user'))
  const settings = dependency(async () => 1, { until: 'shutdown' })
  const pool = dependency(async (application) => settings.of(application), { until: 'shutdown' })
  const app: Application = Application({
    routes: [
      Route('/', async (request) => {
        await pool.of(request)
        t.throws(() => user.of({ app } as never), {
          message: /^dependency \(no name\): it belongs to a connection/,
        })
        return new JSONResponse(1)
      }),
    ],
  })
  await using client = await testClient(app)
  t.equal((await client.get('/')).status, 200)
})

t.test('immediately, on runtimes without AsyncLocalStorage', async (t) => {
  const program = `
    process.getBuiltinModule = undefined
    const { dependency } = await import(${JSON.stringify(import.meta.resolve('../../lib/dependencies.js'))})
    const connection = { scope: { type: 'http' } }
    const a = dependency((request) => b.of(request), { name: 'a' })
    const b = dependency(async (request) => c.of(request) && a.of(request), { name: 'b' })
    const c = dependency(() => true)
    await a.of(connection).catch((error) => console.log(error.message))
  `
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program])

  t.equal(stdout.trim(), CIRCLE)
})
