import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { type IdempotencyOptions, idempotency } from '../../lib/middleware/idempotency.ts'
import {
  FileResponse,
  JSONResponse,
  PlainTextResponse,
  StreamingResponse,
} from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { memoryStore, StoreUnavailable } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { until } from '../support/channels.ts'

/** Of what the app behind has done. */
interface World {
  runs: number
  isRunning: boolean
  /** The next runs wait for this. */
  gate: Promise<unknown>
}

type Options = Partial<IdempotencyOptions>

function served(options: Options = {}): {
  world: World
  app: App
  store: ReturnType<typeof memoryStore>
} {
  const store = memoryStore()
  const world: World = { runs: 0, isRunning: false, gate: Promise.resolve() }
  const once: Middleware = idempotency({
    store,
    user: ({ headers }) => headers.get('authorization') ?? '',
    ...options,
  })
  const app = Application({
    middleware: [once],
    routes: [
      Route('/pay', {
        get: () => new PlainTextResponse(String(++world.runs)),
        post: async (request) => {
          const body = await request.text()
          world.isRunning = true
          await world.gate
          world.runs++
          return new JSONResponse(
            { body, run: world.runs },
            { status: 201, headers: { 'x-run': 'yes' } },
          )
        },
      }),
      Route('/fail', {
        post: () => {
          world.runs++
          throw new Error('a bug')
        },
      }),
      Route('/refuse', {
        post: () => {
          world.runs++
          throw new HTTPException(402, 'Pay first.')
        },
      }),
      Route('/stream', {
        post: () => {
          world.runs++
          return new StreamingResponse(['x'.repeat(60), 'y'.repeat(60)])
        },
      }),
      Route('/file', {
        post: () => {
          world.runs++
          return new FileResponse('package.json')
        },
      }),
    ],
  })
  return { world, app, store }
}

const keyed = (
  key: string,
  more: Record<string, string> = {},
): { headers: Record<string, string> } => ({
  headers: { 'idempotency-key': key, ...more },
})

// draft-ietf-httpapi-idempotency-key-header-07 section 2.
t.test('a repeated request gets the first response', async (t) => {
  const { world, app } = served()
  await using client = await testClient(app)

  const first = await client.post('/pay', { body: 'ten', ...keyed('"8e03978e"') })
  const again = await client.post('/pay', { body: 'ten', ...keyed('"8e03978e"') })
  const bare = await client.post('/pay', { body: 'ten', ...keyed('8e03978e') })

  t.equal(first.headers.get('idempotency-replayed'), null)
  t.equal(await first.text(), '{"body":"ten","run":1}')
  for (const response of [again, bare]) {
    t.equal(response.status, 201)
    t.equal(response.headers.get('x-run'), 'yes')
    t.equal(response.headers.get('idempotency-replayed'), 'true')
    t.equal(await response.text(), '{"body":"ten","run":1}')
  }
  t.equal(world.runs, 1)
})

t.test('keys are separate for each user, path and method', async (t) => {
  const { world, app } = served()
  await using client = await testClient(app)
  await client.post('/pay', { body: 'ten', ...keyed('k') })

  await client.post('/pay', { body: 'ten', ...keyed('k', { authorization: 'Bearer eve' }) })
  await client.post('/stream', keyed('k'))
  await client.get('/pay', keyed('k'))
  await client.get('/pay', keyed('k'))
  await client.post('/pay', { body: 'ten' })

  t.equal(world.runs, 6)
})

t.test('a key with another body or query is 422', async (t) => {
  const { world, app } = served()
  await using client = await testClient(app)
  await client.post('/pay', { body: 'ten', ...keyed('k') })

  const other = await client.post('/pay', { body: 'twenty', ...keyed('k') })
  t.equal(other.status, 422)
  t.match(await other.text(), 'This Idempotency-Key was used for another request.')
  t.equal((await client.post('/pay?a=1', { body: 'ten', ...keyed('k') })).status, 422)
  t.equal(world.runs, 1)
})

t.test('a repetition of a running request is 409, or waits', async (t) => {
  for (const waitMs of [0, 20_000]) {
    const { world, app } = served({ waitMs })
    await using client = await testClient(app)
    let open = (): void => {}
    world.gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const first = client.post('/pay', { body: 'ten', ...keyed('k') })
    await until(() => world.isRunning)

    const second = client.post('/pay', { body: 'ten', ...keyed('k') })
    if (waitMs === 0) {
      const refused = await second
      t.equal(refused.status, 409)
      t.equal(refused.headers.get('retry-after'), '1')
      t.match(await refused.text(), 'is being processed')
    }
    open()

    t.equal((await first).status, 201)
    if (waitMs > 0) t.equal((await second).headers.get('idempotency-replayed'), 'true')
    t.equal(world.runs, 1)
  }
})

t.test('one of many simultaneous requests runs', async (t) => {
  const { world, app } = served()
  await using client = await testClient(app)

  const statuses = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const { status } = await client.post('/pay', { body: 'ten', ...keyed('k') })
      return status
    }),
  )

  t.equal(world.runs, 1)
  t.ok(statuses.includes(201))
  t.same(
    statuses.filter((status) => status !== 201 && status !== 409),
    [],
  )
})

t.test('a failed request may run again', async (t) => {
  const { world, app } = served()
  await using client = await testClient(app, { raiseServerExceptions: false })

  t.equal((await client.post('/fail', keyed('k'))).status, 500)
  t.equal((await client.post('/fail', keyed('k'))).status, 500)
  t.equal(world.runs, 2)
  t.equal((await client.post('/refuse', keyed('k'))).status, 402)
  const again = await client.post('/refuse', keyed('k'))
  t.equal(again.status, 402)
  t.equal(again.headers.get('idempotency-replayed'), 'true', 'an answer that is no failure is kept')
  t.equal(world.runs, 3)
})

t.test('a response that is too large is sent, and the request is not run again', async (t) => {
  const { world, app } = served({ maxBodySize: 100 })
  await using client = await testClient(app)

  t.equal((await (await client.post('/stream', keyed('k'))).text()).length, 120)
  const again = await client.post('/stream', keyed('k'))

  t.equal(again.status, 409)
  t.match(await again.text(), 'its response is not kept')
  t.equal(world.runs, 1)
})

t.test('streams and files are replayed completely', async (t) => {
  const { world, app } = served()
  await using client = await testClient(app)
  for (const path of ['/stream', '/file']) {
    const first = await (await client.post(path, keyed('k'))).text()
    const again = await client.post(path, keyed('k'))
    t.equal(again.headers.get('idempotency-replayed'), 'true')
    t.equal(await again.text(), first)
    t.ok(first.length >= 120)
  }
  t.equal(world.runs, 2)
})

t.test('an invalid key is 400, and so is a missing required one', async (t) => {
  const { world, app } = served({ required: true })
  await using client = await testClient(app)

  for (const key of ['', '""', 'a b', 'a,b', '"a', 'x'.repeat(256), '"a", "b"', 'ä']) {
    t.equal((await client.post('/pay', keyed(key))).status, 400, key)
  }
  const missing = await client.post('/pay')
  t.equal(missing.status, 400)
  t.match(await missing.text(), 'The field Idempotency-Key is missing.')
  t.equal(world.runs, 0)
  t.equal((await client.post('/pay', keyed('"a \\"b\\""'))).status, 201)
})

t.test('a crashed request may run again after its time limit', async (t) => {
  const { world, app, store } = served({ runTtl: 0.05 })
  await using client = await testClient(app)
  store.set = async () => {} // as if the process had ended
  await client.post('/pay', { body: 'ten', ...keyed('k') })

  await until(async () => {
    return (await client.post('/pay', { body: 'ten', ...keyed('k') })).status === 201
  })
  t.equal(world.runs, 2)
})

t.test('a store that is down runs nothing, and a later failure loses no response', async (t) => {
  const { world, app, store } = served()
  await using client = await testClient(app)
  const fail = async (): Promise<never> => {
    throw new StoreUnavailable('gone')
  }
  const { setIfAbsent } = store
  store.setIfAbsent = fail
  t.equal((await client.post('/pay', keyed('k'))).status, 503)
  t.equal(world.runs, 0)

  store.setIfAbsent = setIfAbsent.bind(store)
  store.set = fail
  const lines: unknown[] = []
  t.intercept(console, 'error', { value: (line: unknown) => lines.push(line) })
  t.equal((await client.post('/pay', keyed('k'))).status, 201)
  t.same(lines, [
    'idempotency: the store failed after a request was processed, StoreUnavailable: gone',
  ])
})

t.test('methods may be written in any case', async (t) => {
  const { world, app } = served({ methods: ['post'] })
  await using client = await testClient(app)
  await client.post('/pay', keyed('k'))
  await client.post('/pay', keyed('k'))
  t.equal(world.runs, 1)
})

t.test('invalid options are refused at once', (t) => {
  const store = memoryStore()
  const user = (): string => ''
  t.throws(() => idempotency({ store: {} as typeof store, user }), {
    name: 'TypeError',
    message:
      'idempotency: store must be a store, an object was given. Pass redisStore() or another.',
  })
  t.throws(() => idempotency({ store } as unknown as IdempotencyOptions), /user must be a function/)
  t.throws(() => idempotency({ store, user, methods: 'POST' as unknown as [] }), /must be a list/)
  t.throws(() => idempotency({ store, user, methods: ['POTS'] }), /Did you mean "POST"\?/)
  t.throws(() => idempotency({ store, user, methods: [''] }), /a method is a word, "" was given/)
  t.throws(() => idempotency({ store, user, waitMs: '5' as never }), /waitMs must be a number of 0/)
  for (const options of [{ ttl: 0 }, { runTtl: Number.NaN }, { waitMs: -1 }, { maxBodySize: -1 }]) {
    t.throws(() => idempotency({ store, user, ...options }), {
      name: 'RangeError',
      message:
        /^idempotency: \w+ must be a number (?:above 0|of 0 or more), .* was given\. Leave it out\.$/,
    })
  }
  t.end()
})
