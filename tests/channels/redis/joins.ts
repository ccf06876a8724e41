import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { redisBackend } from '../../../lib/channels/redis.ts'
import { type ChannelGap, channels } from '../../../lib/channels.ts'
import { insisting as eventually, texts, until } from '../../support/channels.ts'
import { noRedis, RedisServer } from '../../support/redis.ts'
import { CLIENTS } from '../../support/redisclients.ts'

const onOutage = (): void => {}

async function started(t: Test): Promise<RedisServer> {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  return server
}

const CASES = [
  ['ioredis', 10, CLIENTS['ioredis']],
  ['redis', 0, CLIENTS['redis']],
] as const

for (const [name, history, connect] of CASES) {
  t.test(
    `${name}, history of ${history}: subscribing fails while Redis is down`,
    {
      skip: noRedis,
    },
    async (t) => {
      const server = await started(t)
      if (connect === undefined) throw new Error('no client')
      const [client, disconnect] = await connect(server.path)
      t.teardown(disconnect)
      const bus = channels({
        backend: redisBackend({ client, history, timeoutMs: 150, onOutage }),
      })
      using first = await eventually(() => bus.subscribe('a'))
      const second = await eventually(() => bus.subscribe('a'))
      second.close()

      await sleep(50) // so that it is asked again whether Redis is there
      server.freeze(true)
      const hanging = Array.from({ length: 100 }, () => bus.subscribe('a'))
      for (const each of hanging) await t.rejects(each, { name: 'ChannelsUnavailable' })
      server.freeze(false)
      using again = await eventually(() => bus.subscribe('a'))

      await server.kill()
      await until(async () => !(await succeeds(bus.subscribe('a'))))
      await t.rejects(bus.subscribe('a'), {
        name: 'ChannelsUnavailable',
        message: /^channels: subscribe failed, /,
      })
      await server.start()
      using last = await eventually(() => bus.subscribe('a'))
      await eventually(() => bus.publish('a', 'x'))

      for (const each of [first, again, last]) t.same(await texts(each, 1), ['x'])
      await bus.close()
    },
  )
}

async function succeeds(promise: Promise<Disposable>): Promise<boolean> {
  try {
    const made = await promise
    made[Symbol.dispose]()
    return true
  } catch {
    return false
  }
}

t.test('ten thousand channels can be subscribed to at once', { skip: noRedis }, async (t) => {
  const server = await started(t)
  const client = new Redis({ path: server.path })
  t.teardown(() => client.disconnect())
  const names = Array.from({ length: 10_000 }, (_, index) => String(index))
  const calls = async (command: string): Promise<number> => {
    const info = await client.info('commandstats')
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(info)?.[1] ?? 0)
  }

  const backend = redisBackend({ client, history: 5, timeoutMs: 20_000 })
  await using bus = channels({ backend })

  const all = await Promise.all(names.map((name) => bus.subscribe(name)))

  t.ok((await calls('subscribe')) <= 21)
  for (let index = 0; index < names.length; index += 99) {
    const [name = ''] = all[index]?.channels ?? []
    await bus.publish(name, name)
    t.equal((await all[index]?.next())?.value?.text, names[index])
  }
})

t.test(
  'a channel that Redis refuses fails alone, immediately and after an outage',
  {
    skip: noRedis,
  },
  async (t) => {
    const server = await started(t)
    const admin = new Redis({ path: server.path })
    t.teardown(() => admin.disconnect())
    const grant = (...rules: string[]): Promise<unknown> =>
      admin.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '+@all', 'allkeys', ...rules)
    await grant('resetchannels', '&STELLULA_CHANNELS:*')
    await grant('resetchannels', '&STELLULA_CHANNELS:yes*')
    const client = new Redis({ path: server.path, username: 'reader', password: 'secret' })
    t.teardown(() => client.disconnect())
    await using bus = channels({ backend: redisBackend({ client, timeoutMs: 30_000 }) })
    const names = Array.from({ length: 40 }, (_, index) => (index === 7 ? 'no' : `yes-${index}`))

    const ends = await Promise.allSettled(names.map((name) => bus.subscribe(name)))

    t.same(
      ends.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
      [7],
    )
    t.match(ends[7], { reason: { name: 'ChannelsUnavailable', message: /NOPERM/ } })
    const gaps: ChannelGap[] = []
    using one = await bus.subscribe('yes', { onGap: (gap) => void gaps.push(gap) })
    await grant('resetchannels', '&STELLULA_CHANNELS:yes', '&STELLULA_CHANNELS:yes-1')
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    const next = one.next()
    await until(() => gaps.length > 0)
    await bus.publish('yes', 'x')
    t.equal((await next).value?.text, 'x')
  },
)
