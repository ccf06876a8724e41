import { Redis } from 'ioredis'
import t from 'tap'
import { redisBackend } from '../../../lib/channels/redis.ts'
import { type ChannelGap, type Channels, channels } from '../../../lib/channels.ts'
import { hears, insisting, texts, until } from '../../support/channels.ts'
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
  t.test(`${name} disconnects and reconnects`, { skip: noRedis }, async (t) => {
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
      using one = await insisting(() => bus.subscribe(['a', 'b'], { onGap }))
      using other = await insisting(() => bus.subscribe('a', { onGap }))
      await insisting(() => bus.publish('a', 'before'))
      t.same([await texts(one, 1), await texts(other, 1)], [['before'], ['before']])

      await server.kill()
      await t.rejects(bus.publish('lost', 'x'), {
        name: 'ChannelsUnavailable',
        message: /^channels: publish failed, .+\. Check that Redis runs and can be reached\.$/,
      })
      await until(async () => /ECONNREFUSED/.test(await bus.subscribe('new').then(String, String)))
      await t.rejects(bus.subscribe('new'), {
        name: 'ChannelsUnavailable',
        message: /^channels: subscribe failed, connect ECONNREFUSED/,
        cause: Error,
      })
      t.same([one.closed, other.closed, gaps], [false, false, []])
      await server.start()
      await until(() => isBack(bus))
      // A gap is told when the subscriptions work again, not before.
      const next = Promise.all([hears(one, 'after'), hears(other, 'after')])
      await until(() => gaps.length === 3)
      await insisting(() => bus.publish('a', 'after'))

      t.same(await next, ['after', 'after'])
      t.same(gaps.map(({ channel, missed }) => `${channel} ${missed}`).sort(), [
        'a undefined',
        'a undefined',
        'b undefined',
      ])
      using later = await insisting(() => bus.subscribe('new'))
      await insisting(() => bus.publish('new', 'x'))
      t.same(await texts(later, 1), ['x'])
    }
  })

  t.test(`${name} reads the messages that it missed`, { skip: noRedis }, async (t) => {
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

t.test('a Redis that hangs fails in time, and is tried again', { skip: noRedis }, async (t) => {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const client = new Redis({ path: server.path })
  t.teardown(() => client.disconnect())
  let connections = 0
  const { duplicate } = client
  client.duplicate = (...all) => {
    connections++
    return duplicate.apply(client, all)
  }
  await using bus = channels({ backend: redisBackend({ client, timeoutMs: 100, pingMs: 20 }) })
  const gaps: ChannelGap[] = []
  const onGap = (gap: ChannelGap): void => void gaps.push(gap)
  using subscription = await insisting(() => bus.subscribe('a', { onGap }))
  const waiting = subscription.next()
  await insisting(() => bus.publish('other', ''))

  const before = connections
  server.freeze(true)
  await t.rejects(bus.publish('a', 'x'), {
    name: 'ChannelsUnavailable',
    message:
      'channels: publish failed, it took longer than 100 ms. The message may have been published. Check that Redis runs and can be reached.',
  })
  await t.rejects(bus.subscribe('b'), { name: 'ChannelsUnavailable' })
  // Once a ping went unanswered, the connection is made anew.
  await until(() => connections > before)
  server.freeze(false)

  await until(() => gaps.length > 0)
  await until(() => isBack(bus))
  await insisting(() => bus.publish('a', 'y'))
  t.match((await waiting).value?.text, /^[xy]$/)
})
