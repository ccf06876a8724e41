import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { redisBackend } from '../../../lib/channels/redis.ts'
import {
  type ChannelGap,
  type Channels,
  channels,
  type SubscribeOptions,
  type Subscription,
} from '../../../lib/channels.ts'
import { redisStore, type Store } from '../../../lib/stores.ts'
import { timers } from '../../support/eventstream.ts'
import { noRedis, RedisServer } from '../../support/redis.ts'
import { SlowLink } from '../../support/slowlink.ts'

interface Scene {
  /** At the far end of the line. */
  readonly here: Channels
  readonly store: Store
  readonly link: SlowLink
  /** Beside the server. */
  readonly there: Channels
  readonly admin: Redis
}

async function scene(t: Test, timeoutMs = 400): Promise<Scene> {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const link = new SlowLink(server.path)
  const port = await link.listen()
  t.teardown(link.close)
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20 })
  client.on('error', () => {})
  const admin = new Redis({ path: server.path })
  t.teardown(() => [client.disconnect(), admin.disconnect()])
  const history = 10_000
  const onOutage = (): void => {}
  const here = channels({ backend: redisBackend({ client, history, timeoutMs, onOutage }) })
  const there = channels({ backend: redisBackend({ client: admin, history }) })
  t.teardown(() => Promise.all([here.close(), there.close()]))
  return { here, there, link, admin, store: redisStore({ client, timeoutMs, onOutage }) }
}

/** What a subscriber gets, and which gaps it is told of. */
interface Reading {
  readonly got: string[]
  readonly gaps: (number | undefined)[]
  readonly subscription: Subscription
}

async function reading(
  bus: Channels,
  name: string,
  options: SubscribeOptions & { pauseMs?: number } = {},
): Promise<Reading> {
  const gaps: (number | undefined)[] = []
  const onGap = ({ missed }: ChannelGap): void => void gaps.push(missed)
  const subscription = await bus.subscribe(name, { onGap, ...options })
  const got: string[] = []
  const read = async (): Promise<void> => {
    for await (const { text } of subscription) {
      got.push(text.trim())
      if (options.pauseMs !== undefined) await sleep(options.pauseMs)
    }
  }
  void read()
  return { got, gaps, subscription }
}

const numbers = (count: number, first = 1): string[] =>
  Array.from({ length: count }, (_, index) => String(first + index))

async function publish(bus: Channels, name: string, texts: readonly string[]): Promise<void> {
  for (let index = 0; index < texts.length; index += 500) {
    await Promise.all(texts.slice(index, index + 500).map((text) => bus.publish(name, text)))
  }
}

async function until(isSo: () => boolean, milliseconds = 10_000): Promise<void> {
  const end = performance.now() + milliseconds
  while (!isSo() && performance.now() < end) await sleep(5)
}

t.test(
  'a catch-up that takes longer than any answer may comes to its end',
  {
    skip: noRedis,
  },
  async (t) => {
    const { here, there, link, store } = await scene(t)
    const before = timers()
    const { got, gaps } = await reading(here, 'a')
    await there.publish('a', '0')
    await until(() => got.length === 1)
    link.down()
    await publish(
      there,
      'a',
      numbers(1000).map((number) => number.padEnd(10_000)),
    )
    link.bytesPerSecond = 10_000_000
    const connections = link.connections

    link.up()
    await until(() => got.length > 1)
    const others: number[] = []
    while (got.length < 1000) others.push(await store.increment('n', 1, { ttl: 60 }))
    await publish(there, 'a', numbers(3, 1001))
    await until(() => got.length === 1004)

    t.same(got, ['0', ...numbers(1003)])
    t.same(gaps, [])
    t.ok(others.length > 3, 'a store on the same client answers meanwhile')
    t.equal(link.connections - connections, 2, 'the client and the subscriptions connect once')
    await here.close()
    await until(() => timers() <= before)
    t.ok(timers() <= before)
  },
)

t.test(
  'a channel that cannot be read has a gap, and keeps no other from its messages',
  {
    skip: noRedis,
  },
  async (t) => {
    const { here, there, link, admin } = await scene(t)
    const names = Array.from({ length: 120 }, (_, index) => `channel ${index}`)
    for (const name of names) await there.publish(name, '0')
    const all = await Promise.all(names.map((name) => reading(here, name)))
    link.down()
    for (const name of names) await there.publish(name, '1')
    await admin.set('STELLULA_CHANNELS:channel 7', 'text')
    link.up()
    const areHeard = (): boolean => all.every(({ got, gaps }) => got.length + gaps.length > 0)
    await until(areHeard, 3000)
    t.ok(areHeard())
    // The key is mended; what comes from then on is there.
    await admin.del('STELLULA_CHANNELS:channel 7')
    for (const name of names) await there.publish(name, '2')
    await until(() => all.every(({ got }) => got.at(-1) === '2'))

    for (const [index, { got, gaps }] of all.entries()) {
      t.same(
        [got, gaps],
        index === 7 ? [['2'], [undefined]] : [['1', '2'], []],
        String(names[index]),
      )
    }
  },
)

t.test(
  'a reader that keeps up gets all that was missed, however little may wait for it',
  {
    skip: noRedis,
  },
  async (t) => {
    const { here, there, link } = await scene(t)
    const few = await reading(here, 'a', { backlog: 10 })
    const small = await reading(here, 'a', { backlogSize: 20, overflow: 'disconnect' })
    await there.publish('a', '0')
    await until(() => few.got.length === 1)
    link.down()
    await publish(there, 'a', numbers(5000))
    link.up()
    await until(() => few.got.length > 100)
    await publish(there, 'a', numbers(500, 5001)) // while it is caught up with
    await until(() => few.got.length === 5501 && small.got.length === 5501)

    for (const { got, gaps, subscription } of [few, small]) {
      t.same(got, ['0', ...numbers(5500)])
      t.same([gaps, subscription.dropped, subscription.closed], [[], 0, false])
    }
  },
)

t.test(
  'a reader that does not keep up holds nobody up for long, and hears what it has lost',
  {
    skip: noRedis,
  },
  async (t) => {
    const { here, there, link } = await scene(t)
    const fast = await reading(here, 'a', { backlog: 10 })
    const gaps: ChannelGap[] = []
    const onGap = (gap: ChannelGap): void => void gaps.push(gap)
    using oldest = await here.subscribe('a', { backlog: 10, onGap })
    using newest = await here.subscribe('a', { backlog: 10, onGap, overflow: 'drop-newest' })
    using ending = await here.subscribe('a', { backlog: 10, overflow: 'disconnect' })
    await there.publish('a', '0')
    await until(() => fast.got.length === 1)
    for (const each of [oldest, newest, ending]) await each.next()
    link.down()
    await publish(there, 'a', numbers(2000))
    const start = performance.now()
    link.up()
    await until(() => fast.got.length === 2001)
    t.same(fast.got, ['0', ...numbers(2000)])
    t.ok(performance.now() - start < 4000)

    const texts = async (subscription: Subscription): Promise<string[]> => {
      const found: string[] = []
      for (let count = 0; count < 10; count++) {
        found.push(String((await subscription.next()).value?.text))
      }
      return found
    }
    t.same(await texts(oldest), numbers(10, 1991))
    t.same(gaps, [{ channel: 'a', missed: 1990 }])
    t.same(await texts(newest), numbers(10))
    t.equal(gaps.length, 1)
    await there.publish('a', '2001')
    t.equal((await newest.next()).value?.text, '2001')
    t.same(gaps.at(-1), { channel: 'a', missed: 1990 })
    await t.rejects(ending.next(), { name: 'BacklogOverflow' })
  },
)

t.test('what is lost on the way is a gap, wherever the page ends', { skip: noRedis }, async (t) => {
  const { here, there, link, admin } = await scene(t)
  await there.publish('a', '0')
  const { got, gaps } = await reading(here, 'a')
  link.down()
  await publish(there, 'a', numbers(300))
  await admin.xtrim('STELLULA_CHANNELS:a', 'MAXLEN', 100)
  link.up()
  await until(() => got.length === 100)

  t.same(got, numbers(100, 201))
  t.same(gaps, [200])
})

t.test('lines that are cut again and again lose nothing', { skip: noRedis }, async (t) => {
  const { here, there, link, admin } = await scene(t)
  await there.publish('a', '0')
  const { got, gaps } = await reading(here, 'a')

  for (let number = 1; number <= 3000; number++) {
    void there.publish('a', String(number))
    if (number % 300 === 150) link.down()
    if (number % 300 === 0) link.up()
    if (number % 300 === 225) await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    if (number % 50 === 0) await sleep(5)
  }
  await until(() => got.length >= 3000)
  await sleep(50)

  t.same(got, numbers(3000))
  t.same(gaps, [])
})
