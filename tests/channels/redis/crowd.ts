import { Redis } from 'ioredis'
import t from 'tap'
import { redisBackend } from '../../../lib/channels/redis.ts'
import { channels } from '../../../lib/channels.ts'
import { noRedis, RedisServer } from '../../support/redis.ts'
import { CLIENTS } from '../../support/redisclients.ts'

const EACH = 2000

t.test(
  'three publish and five subscribe: nothing is lost, doubled or out of order',
  {
    skip: noRedis,
  },
  async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const killer = new Redis({ path: server.path })
    t.teardown(() => killer.disconnect())
    const buses = await Promise.all(
      Object.values(CLIENTS).map(async (connect) => {
        const [client, disconnect] = await connect(server.path)
        const bus = channels({ backend: redisBackend({ client, history: 10_000 }) })
        t.teardown(() => bus.close().then(disconnect))
        return bus
      }),
    )
    await buses[0]?.publish('a', 'first')
    const subscriptions = await Promise.all(
      [0, 1, 2, 0, 1].map((index) => buses[index]?.subscribe('a', { backlog: 3 * EACH })),
    )
    const publishing = Promise.all(
      buses.map(async (bus, publisher) => {
        for (let number = 0; number < EACH; number += 50) {
          if (number % 200 === 0) await killer.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
          const some = Array.from({ length: 50 }, (_, index) => `${publisher} ${number + index}`)
          await Promise.all(some.map((text) => bus.publish('a', text)))
        }
      }),
    )

    for (const subscription of subscriptions) {
      const next = [0, 0, 0]
      for (let count = 0; count < 3 * EACH; count++) {
        const text = (await subscription?.next())?.value?.text ?? ''
        const [publisher = 0, number] = text.split(' ').map(Number)
        if (next[publisher] !== number) t.fail(`${text} came, not ${next[publisher]}`)
        next[publisher] = (number ?? 0) + 1
      }
      t.same(next, [EACH, EACH, EACH])
      t.equal(subscription?.dropped, 0)
    }
    await publishing
  },
)
