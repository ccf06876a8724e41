import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { numbers, publish, reading, scene, until } from '../../support/catchup.ts'
import { timers } from '../../support/eventstream.ts'
import { noRedis } from '../../support/redis.ts'

t.test(
  'a catch-up that takes longer than one reply may finishes',
  {
    skip: noRedis,
  },
  async (t) => {
    const { here, there, link, store } = await scene(t, 2000)
    const before = timers()
    const { got, gaps } = await reading(here, 'a')
    await there.publish('a', '0')
    await until(() => got.length === 1)
    link.down()
    await publish(
      there,
      'a',
      numbers(500).map((number) => number.padEnd(10_000)),
    )
    link.bytesPerSecond = 2_000_000
    const connections = link.connections

    link.up()
    await until(() => got.length > 1)
    const others: number[] = []
    while (got.length < 500) others.push(await store.increment('n', 1, { ttl: 60 }))
    await publish(there, 'a', numbers(3, 501))
    await until(() => got.length === 504)

    t.same(got, ['0', ...numbers(503)])
    t.same(gaps, [])
    t.ok(others.length > 3, 'a store on the same client answers meanwhile')
    t.equal(link.connections - connections, 2, 'the client and the subscriptions connect once')
    await here.close()
    await until(() => timers() <= before)
    t.ok(timers() <= before)
  },
)

t.test(
  'a channel that cannot be read gets a gap, and does not delay the messages of others',
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
    await until(areHeard, 10_000) // it would delay them by 30 seconds
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

t.test('messages lost during the catch-up become a gap', { skip: noRedis }, async (t) => {
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

t.test('connections that are lost repeatedly lose no message', { skip: noRedis }, async (t) => {
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
