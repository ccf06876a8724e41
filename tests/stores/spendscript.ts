import fc from 'fast-check'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { storeCounters } from '../../lib/middleware/ratelimit/counters.ts'
import { spend } from '../../lib/middleware/ratelimit/spend.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { namespace, redisStore, type Store } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'
import { noRedis, RedisServer } from '../support/redis.ts'

const YEAR = 86_400 * 365

async function connected(t: Test): Promise<{ client: Redis; store: Store }> {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const client = new Redis({ path: server.path })
  t.teardown(() => client.disconnect())
  return { client, store: redisStore({ client }) }
}

t.test(
  'processes share a limit, however different their clocks are',
  {
    skip: noRedis,
  },
  async (t) => {
    const { store } = await connected(t)
    const limits = [{ max: 20, seconds: 60 }]
    const app = Route('/', () => new PlainTextResponse('hello'))
    const client = await testClient(rateLimit({ limits, store, name: 'skew' })(app))
    t.teardown(client.close)
    const { now } = Date
    const resets: number[] = []
    let passed = 0

    for (let index = 0; index < 90; index++) {
      const skew = [0, 61_000, -61_000][index % 3] ?? 0
      t.intercept(Date, 'now', { value: () => now() + skew })
      const { status, headers } = await client.get('/')
      if (status === 200) passed++
      resets.push(Number(/t=(\d+)$/.exec(headers.get('ratelimit') ?? '')?.[1]))
    }

    t.equal(passed, 20)
    t.ok(
      resets.every((reset) => reset >= 1 && reset <= 120),
      resets.join(),
    )
  },
)

t.test('takes from every limit, or from none', { skip: noRedis }, async (t) => {
  const { client, store } = await connected(t)
  const counters = storeCounters(namespace(store, 'shop'))
  const limits = [
    { max: 3, seconds: 60 * YEAR },
    { max: 5, seconds: 70 * YEAR },
  ]

  t.match(await spend(counters, limits, 'a', 2), [
    { limit: limits[0], isAllowed: true, remaining: 1 },
    { limit: limits[1], isAllowed: true, remaining: 3 },
  ])
  t.match(await spend(counters, limits, 'a', 2), [{ isAllowed: false, remaining: 1 }])
  t.match(await spend(counters, [...limits].reverse(), 'a', 2), [
    { isAllowed: true, remaining: 3 },
    { isAllowed: false, remaining: 1 },
  ])
  t.match(await spend(counters, limits, 'a', 1), [{ remaining: 0 }, { remaining: 2 }])
  t.match(await spend(counters, limits, 'b', 3), [{ isAllowed: true }, { isAllowed: true }])
  t.same((await client.keys('*')).sort(), ['shop:ratelimit:a', 'shop:ratelimit:b'])
  await t.rejects(
    store.spend?.('a', 0.5, limits) ?? Promise.resolve([]),
    /an amount must be an integer/,
  )
})

t.test('keys expire when nothing of them counts any more', { skip: noRedis }, async (t) => {
  const { client, store } = await connected(t)

  await store.spend?.('a', 1, [
    { max: 1, seconds: 10 },
    { max: 1, seconds: 100 },
  ])
  await store.spend?.('long', 1, [{ max: 1, seconds: Number.MAX_SAFE_INTEGER }])

  const left = await client.pttl('a')
  t.ok(left > 190_000 && left <= 200_000, String(left))
  t.ok((await client.pttl('long')) > 0)
})

t.test('simultaneous calls take no more than the limit', { skip: noRedis }, async (t) => {
  const { store } = await connected(t)
  const counters = storeCounters(store)
  const limits = [{ max: 30, seconds: YEAR }]

  const taken = await Promise.all(
    Array.from({ length: 200 }, () => spend(counters, limits, 'a', 1)),
  )

  t.equal(taken.filter(([verdict]) => verdict?.isAllowed).length, 30)
})

t.test('the script and the result agree on what is allowed', { skip: noRedis }, async (t) => {
  const { client, store } = await connected(t)
  const counters = storeCounters(store)
  const amounts = fc.record({
    seconds: fc.integer({ min: 1000, max: 10 * YEAR }),
    max: fc.integer({ min: 1, max: 50 }),
    previous: fc.nat(60),
    spent: fc.nat(60),
    cost: fc.nat(5),
    /** Of which length the entry is: this one, the one before or after, or a later or older one. */
    offset: fc.constantFrom(0, 0, -1, -1, 1, 2, -2),
  })
  await fc.assert(
    fc.asyncProperty(amounts, async ({ seconds, max, previous, spent, cost, offset }) => {
      const index = Math.floor(Date.now() / 1000 / seconds) + offset
      await client.hset('ratelimit:a', String(seconds), `${index} ${spent} ${previous}`)

      const [verdict] = await spend(counters, [{ max, seconds }], 'a', cost)

      const kept = String(await client.hget('ratelimit:a', String(seconds)))
      const [, sum] = kept.split(' ').map(Number)
      const before = offset === 0 || offset === 1 ? spent : 0
      const isTaken = kept !== `${index} ${spent} ${previous}` || cost === 0
      t.equal(verdict?.isAllowed, verdict?.isAllowed && isTaken)
      if (verdict?.isAllowed) t.equal(sum, before + cost)
      else t.equal(kept, `${index} ${spent} ${previous}`, 'a refused request takes nothing')
      if (offset === 1)
        t.equal(verdict?.isAllowed, spent + cost <= max - previous, 'clock went back')
      await client.del('ratelimit:a')
    }),
    { numRuns: 100 },
  )
})

t.test('a key of another type fails', { skip: noRedis }, async (t) => {
  const { client, store } = await connected(t)
  await client.set('a', 'text')

  await t.rejects(store.spend?.('a', 1, [{ max: 1, seconds: 1 }]) ?? Promise.resolve([]), {
    name: 'StoreUnavailable',
    message: /^redisStore: EVAL failed, WRONGTYPE/,
  })
})
