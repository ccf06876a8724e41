import t from 'tap'
import type { ChannelGap, Subscription } from '../../lib/channels.ts'
import { numbers, publish, reading, scene, until } from '../support/catchup.ts'
import { noRedis } from '../support/redis.ts'

t.test(
  'a reader that keeps up gets all missed messages, even with a small backlog',
  {
    skip: noRedis,
  },
  async (t) => {
    const { here, there, link } = await scene(t, 10_000)
    const few = await reading(here, 'a', { backlog: 10 })
    const small = await reading(here, 'a', { backlogSize: 20, overflow: 'disconnect' })
    await there.publish('a', '0')
    await until(() => few.got.length === 1)
    link.down()
    await publish(there, 'a', numbers(5000))
    link.up()
    // While it is caught up with: later, 500 at once would be too many for readers of 10.
    await publish(there, 'a', numbers(500, 5001))
    await until(() => few.got.length === 5501 && small.got.length === 5501)

    for (const { got, gaps, subscription } of [few, small]) {
      t.same(got, ['0', ...numbers(5500)])
      t.same([gaps, subscription.dropped, subscription.closed], [[], 0, false])
    }
  },
)

t.test(
  'a slow reader delays the others only briefly, and gets a gap for its losses',
  {
    skip: noRedis,
  },
  async (t) => {
    const { here, there, link } = await scene(t, 10_000)
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

t.test(
  'a reader that has used up its time does not delay the others',
  {
    skip: noRedis,
  },
  async (t) => {
    const { here, there, link } = await scene(t, 10_000)
    const fast = await Promise.all([1, 2].map(() => reading(here, 'a', { backlog: 10 })))
    const slow = await reading(here, 'a', { backlog: 10, pauseMs: 20 })
    await there.publish('a', '0')
    await until(() => fast.every(({ got }) => got.length === 1))
    link.down()
    await publish(there, 'a', numbers(5000))
    link.up()
    await until(() => fast.every(({ got }) => got.length === 5001), 15_000)

    for (const { got, gaps, subscription } of fast) {
      t.same([got.length, gaps, subscription.dropped], [5001, [], 0])
    }
    await until(() => slow.got.length + slow.subscription.dropped === 5001)
    const missed = slow.gaps.reduce((sum: number, gap) => sum + (gap ?? 0), 0)
    t.equal(slow.got.length + missed, 5001)
    t.ok(missed > 0)
  },
)
