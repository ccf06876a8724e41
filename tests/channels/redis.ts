import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import t from 'tap'
import { type RedisBackendOptions, redisBackend } from '../../lib/channels/redis.ts'
import { channels } from '../../lib/channels.ts'
import type { RedisClient } from '../../lib/redis.ts'
import { carries, remembers, texts, until } from '../support/channels.ts'
import { timers } from '../support/eventstream.ts'
import { noRedis, RedisServer } from '../support/redis.ts'
import { CLIENTS, OTHERS } from '../support/redisclients.ts'

function connections(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length
}

for (const [name, connect] of Object.entries({ ...CLIENTS, ...OTHERS })) {
  t.test(`${name} carries messages between two`, { skip: noRedis }, async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const [client, disconnect] = await connect(server.path)
    t.teardown(disconnect)
    const before = [connections(), timers()]

    for (const history of [0, 5]) {
      const prefix = `history of ${history}`
      const here = channels({ backend: redisBackend({ client, history, prefix }) })
      const there = channels({ backend: redisBackend({ client, history, prefix }) })

      await carries(t, here, there)
      if (history > 0) await remembers(t, here, there)

      await Promise.all([here.close(), there.close()])
    }

    await until(() => connections() <= (before[0] ?? 0) && timers() <= (before[1] ?? 0))
  })
}

t.test('a channel is subscribed to only while it has subscribers', { skip: noRedis }, async (t) => {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const client = new Redis({ path: server.path })
  t.teardown(() => client.disconnect())
  await using bus = channels({ backend: redisBackend({ client }) })
  const here = (): Promise<unknown> => client.pubsub('CHANNELS', '*')
  await bus.publish('a', 'x')
  t.same(await here(), [])

  const first = await bus.subscribe('a')
  const second = await bus.subscribe('a')
  t.same(await here(), ['STELLULA_CHANNELS:a'])
  first.close()
  t.same(await here(), ['STELLULA_CHANNELS:a'])
  second.close()

  await until(async () => String(await here()) === '')
})

t.test('the history is limited, and expires', { skip: noRedis }, async (t) => {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const client = new Redis({ path: server.path })
  t.teardown(() => client.disconnect())
  const backend = redisBackend({ client, history: 10, ttl: 0.5, prefix: 'chat' })
  await using bus = channels({ backend })
  await Promise.all(Array.from({ length: 1000 }, (_, index) => bus.publish('a', String(index))))

  t.ok((await client.xlen('chat:a')) <= 200, 'about as many as were asked for')
  using subscription = await bus.subscribe('a', { history: 1000 })
  t.same(await texts(subscription, 10), [
    ...Array.from({ length: 10 }, (_, index) => String(990 + index)),
  ])
  await until(async () => (await client.exists('chat:a')) === 0)
})

t.test('invalid clients and numbers are refused at once', (t) => {
  const client = new Redis({ lazyConnect: true })
  const cluster = new Cluster([], { lazyConnect: true })
  const clients: RedisClient[] = [
    cluster,
    createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] }) as unknown as RedisClient,
    { callBuffer: async () => null },
    { sendCommand: async () => null },
  ]
  for (const each of clients) {
    t.throws(() => redisBackend({ client: each }), {
      name: 'TypeError',
      message:
        /^redisBackend: client must be the client of a single server, or of Sentinel, an object/,
    })
  }
  t.throws(
    () => redisBackend({ client: {} as RedisClient }),
    /^redisBackend: client must be a client of/,
  )
  t.throws(() => redisBackend({ client, timeoutMs: 0 }), /^redisBackend: timeoutMs must be/)
  const numbers: Partial<RedisBackendOptions>[] = [
    { history: -1 },
    { history: Number.POSITIVE_INFINITY },
    { ttl: 0 },
    { ttl: 2 ** 31 },
    { pingMs: 0 },
    { pingMs: 2 ** 31 },
  ]
  for (const options of numbers) {
    const [[option, value] = []] = Object.entries(options)
    t.throws(() => redisBackend({ client, ...options }), {
      name: 'RangeError',
      message: new RegExp(`^redisBackend: ${option} must be a .*number .+, ${value} was given\\. `),
    })
  }
  t.throws(() => redisBackend({ client, prefix: 'a\n' }), {
    name: 'TypeError',
    message:
      'redisBackend: prefix must not have control characters, "a\\n" was given. Choose another prefix.',
  })
  t.ok(redisBackend({ client: createClient() }))
  t.end()
})
