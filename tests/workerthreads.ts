// Runs alone: the runner's hooks fail in threads.
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { Application } from '../lib/applications.ts'
import { JSONResponse } from '../lib/responses.ts'
import { Route } from '../lib/routing.ts'
import { testClient } from '../lib/testing/client.ts'
import { type WorkerThreadsOptions, workerThreads } from '../lib/workerthreads.ts'
import type * as work from './support/work.ts'

const MODULE = new URL('./support/work.js', import.meta.url)
type Functions = typeof work

// Row CC-1.
t.test('functions run in other threads, with their types', async (t) => {
  await using threads = workerThreads<Functions>(MODULE, { size: 2 })

  const sum: number = await threads.run('add', { a: 1, b: 2 })
  t.equal(sum, 3)
  t.ok(isMainThread)
  t.ok((await threads.run('thread', null)) > 0)
  const bytes = new Uint8Array(1000)
  t.equal(await threads.run('size', bytes, { transfer: [bytes.buffer] }), 1000)
  t.equal(bytes.byteLength, 0, 'moved')
  await t.rejects(threads.run('fail', 'luck'), { name: 'RangeError', message: 'no luck' })
  // @ts-expect-error: it is not a function
  await t.rejects(threads.run('version', 1))
  // @ts-expect-error: it takes numbers
  t.equal(await threads.run('add', { a: 'a', b: 'b' }), 'ab')
})

/** The URL of a module with this text. */
function moduleOf(t: Test, text: string): URL {
  return pathToFileURL(path.join(t.testdir({ 'work.mjs': text }), 'work.mjs'))
}

t.test(
  'a module that cannot be loaded rejects the calls, and does not end the process',
  async (t) => {
    const one = moduleOf(t, `throw new RangeError('no licence')`)
    for (const size of [1, 3]) {
      await using threads = workerThreads<Functions>(one, { size })
      for (let time = 0; time < 2; time++) {
        const calls = [1, 2, 3].map((a) => threads.run('add', { a, b: 1 }))
        for (const call of calls)
          await t.rejects(call, { name: 'RangeError', message: 'no licence' })
      }
    }
    const missing = workerThreads<Functions>(new URL('./none.mjs', one))
    await t.rejects(missing.run('add', { a: 1, b: 1 }), { code: 'ERR_MODULE_NOT_FOUND' })
    await missing.close()
  },
)

t.test('the event loop continues meanwhile', async (t) => {
  await using threads = workerThreads<Functions>(MODULE, { size: 1 })
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  t.teardown(() => clearInterval(timer))

  t.equal(await threads.run('block', 200), 200)

  t.ok(turns > 5, `${turns} turns`)
})

t.test('a client disconnect ends its call and the thread', async (t) => {
  async function* lifespan() {
    await using threads = workerThreads<Functions>(MODULE, { size: 1 })
    yield { threads }
  }
  const errors: unknown[] = []
  const app = Application({
    lifespan,
    routes: [
      Route('/block', async ({ state, signal }) => {
        const answer = state.threads.run('block', 600_000, { signal })
        answer.catch((error: unknown) => errors.push(error))
        return new JSONResponse(await answer)
      }),
      Route(
        '/add',
        async ({ state }) => new JSONResponse(await state.threads.run('add', { a: 1, b: 2 })),
      ),
    ],
  })
  await using client = await testClient(app)
  const leaving = new AbortController()
  const left = client.get('/block', { signal: leaving.signal })
  await sleep(50)
  leaving.abort(new Error('gone'))
  await t.rejects(left)

  // The only thread would be busy for ten minutes.
  t.equal(await (await client.get('/add')).json(), 3)
  t.match(errors, [{ name: 'ClientDisconnected' }])
})

t.test('too many calls are refused with 503', async (t) => {
  await using threads = workerThreads<Functions>(MODULE, { size: 1, maxQueue: 1 })
  const calls = Array.from({ length: 4 }, () => threads.run('block', 20))

  const results = await Promise.allSettled(calls)

  const refused = results.filter((result) => result.status === 'rejected')
  t.ok(refused.length > 0 && refused.length < 4)
  for (const { reason } of refused) t.match(reason, { name: 'WorkersBusy', status: 503 })
})

t.test('close() waits for running calls, and refuses new ones', async (t) => {
  const threads = workerThreads<Functions>(MODULE, { size: 1 })
  await threads.run('add', { a: 1, b: 1 })
  const running = threads.run('block', 100)

  await threads.close()

  t.equal(await running, 100)
  await t.rejects(threads.run('add', { a: 1, b: 1 }), {
    name: 'TypeError',
    message: 'workerThreads.run: not possible any more, the threads were closed. Close them last.',
  })
})

t.test('calls over the grace time are terminated', async (t) => {
  const threads = workerThreads<Functions>(MODULE, { size: 1, graceMs: 50 })
  await threads.run('add', { a: 1, b: 1 })
  const running = threads.run('block', 600_000)

  await threads.close()

  await t.rejects(running)
})

t.test('invalid options are refused at once', (t) => {
  t.throws(() => workerThreads('./work.js'), {
    name: 'TypeError',
    message: `workerThreads: module must be a file URL, "./work.js" was given. Pass new URL('./work.js', import.meta.url).`,
  })
  const all: WorkerThreadsOptions[] = [
    { size: 0 },
    { maxQueue: -1 },
    { graceMs: -1 },
    { idleMs: NaN },
    { maxQueue: '5' as never },
  ]
  for (const options of all) {
    t.throws(() => workerThreads(MODULE, options), {
      name: 'RangeError',
      message:
        /^workerThreads: \w+ must be a number from [01] to 2147483647, .+ was given\. Leave it out/,
    })
  }
  t.end()
})
