import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import t from 'tap'
import { type RedisBackendOptions, redisBackend } from '../../lib/channels/redis.ts'
import { type ChannelGap, type Channels, channels } from '../../lib/channels.ts'
import type { RedisClient } from '../../lib/redis.ts'
import { carries, remembers, texts, until } from '../support/channels.ts'
import { timers } from '../support/eventstream.ts'
import { noRedis, RedisServer } from '../support/redis.ts'
import { CLIENTS, OTHERS } from '../support/redisclients.ts'

/** Whether a message gets through again. */
function isBack(bus: Channels): Promise<boolean> {
  return bus.publish('knock', '').then(
    () => true,
    () => false,
  )
}

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

for (const [name, connect] of Object.entries(CLIENTS)) {
  t.test(`${name} goes and comes back`, { skip: noRedis }, async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const [client, disconnect] = await connect(server.path)
    t.teardown(disconnect)

    for (const history of [0, 5]) {
      const backend = redisBackend({ client, history, timeoutMs: 300, prefix: `with ${history}` })
      await using bus = channels({ backend })
      const gaps: ChannelGap[] = []
      const onGap = (gap: ChannelGap): void => void gaps.push(gap)
      using one = await bus.subscribe(['a', 'b'], { onGap })
      using other = await bus.subscribe('a', { onGap })
      await bus.publish('a', 'before')
      t.same([await texts(one, 1), await texts(other, 1)], [['before'], ['before']])

      await server.kill()
      await t.rejects(bus.publish('lost', 'x'), {
        name: 'ChannelsUnavailable',
        message: /^channels: publish failed, .+\. Look whether Redis runs and can be reached\.$/,
      })
      await t.rejects(bus.subscribe('new'), {
        name: 'ChannelsUnavailable',
        message: /^channels: subscribe failed, connect ECONNREFUSED/,
        cause: Error,
      })
      t.same([one.closed, other.closed, gaps], [false, false, []])
      await server.start()
      await until(() => isBack(bus))
      // A gap is told when the subscriptions work again, not before.
      const next = Promise.all([texts(one, 1), texts(other, 1)])
      await until(() => gaps.length === 3)
      await bus.publish('a', 'after')

      t.same(await next, [['after'], ['after']])
      t.same(gaps.map(({ channel, missed }) => `${channel} ${missed}`).sort(), [
        'a undefined',
        'a undefined',
        'b undefined',
      ])
      using later = await bus.subscribe('new')
      await bus.publish('new', 'x')
      t.same(await texts(later, 1), ['x'])
    }
  })

  t.test(`${name} reads what it has missed`, { skip: noRedis }, async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const [client, disconnect] = await connect(server.path)
    t.teardown(disconnect)
    const killer = new Redis({ path: server.path })
    t.teardown(() => killer.disconnect())
    const here = channels({ backend: redisBackend({ client, history: 1000 }) })
    await using there = channels({ backend: redisBackend({ client: killer, history: 1000 }) })
    const gaps: ChannelGap[] = []
    const onGap = (gap: ChannelGap): void => void gaps.push(gap)
    await there.publish('a', '0')
    using subscription = await here.subscribe('a', { onGap })

    for (let number = 1; number <= 400; number++) {
      if (number % 100 === 50) await killer.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await there.publish('a', String(number))
    }

    const wanted = Array.from({ length: 400 }, (_, index) => String(index + 1))
    t.same(await texts(subscription, 400), wanted)
    t.same(gaps, [])
    await here.close()
  })
}

t.test(
  'a Redis that holds still fails in time, and is looked for',
  { skip: noRedis },
  async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const client = new Redis({ path: server.path })
    t.teardown(() => client.disconnect())
    await using bus = channels({ backend: redisBackend({ client, timeoutMs: 100, pingMs: 20 }) })
    const gaps: ChannelGap[] = []
    using subscription = await bus.subscribe('a', { onGap: (gap) => void gaps.push(gap) })
    const waiting = subscription.next()

    server.freeze(true)
    await t.rejects(bus.publish('a', 'x'), {
      name: 'ChannelsUnavailable',
      message:
        'channels: publish failed, it took longer than 100 ms. Look whether Redis runs and can be reached.',
    })
    await t.rejects(bus.subscribe('b'), { name: 'ChannelsUnavailable' })
    // Long enough for a ping to go unanswered; then the connection is made anew.
    await new Promise((resolve) => setTimeout(resolve, 200))
    server.freeze(false)

    await until(() => gaps.length > 0)
    await until(() => isBack(bus))
    await bus.publish('a', 'y')
    t.match((await waiting).value?.text, /^[xy]$/)
  },
)

t.test('a channel is subscribed to while somebody is here', { skip: noRedis }, async (t) => {
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

t.test('the history is bounded, and goes in time', { skip: noRedis }, async (t) => {
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

t.test('what is no client, or no number, is told at once', (t) => {
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
        'redisBackend: client must be one that connections can be made after, a cluster or something else was given. Pass the client of a single server, or of Sentinel.',
    })
  }
  t.throws(
    () => redisBackend({ client: {} as RedisClient }),
    /^redisBackend: client must be one of/,
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
      message: `redisBackend: ${option} must be a number in its range, ${value} was given. See RedisBackendOptions.`,
    })
  }
  t.throws(() => redisBackend({ client, prefix: 'a\n' }), {
    name: 'TypeError',
    message:
      'redisBackend: prefix must be without control characters, "a\\n" was given. Choose another.',
  })
  t.ok(redisBackend({ client: createClient() }))
  t.end()
})
