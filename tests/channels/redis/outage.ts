import { Redis } from 'ioredis'
import t from 'tap'
import { redisBackend } from '../../../lib/channels/redis.ts'
import { type ChannelGap, type Channels, channels } from '../../../lib/channels.ts'
import { texts, until } from '../../support/channels.ts'
import { noRedis, RedisServer } from '../../support/redis.ts'
import { CLIENTS } from '../../support/redisclients.ts'

/** Whether a message gets through again. */
function isBack(bus: Channels): Promise<boolean> {
  return bus.publish('knock', '').then(
    () => true,
    () => false,
  )
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
        message: /^channels: publish failed, .+\. Check that Redis runs and can be reached\.$/,
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
        'channels: publish failed, it took longer than 100 ms. The message may have been published. Check that Redis runs and can be reached.',
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
