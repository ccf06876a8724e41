import t from 'tap'
import {
  type Counters,
  memoryCounters,
  storeCounters,
} from '../../../lib/middleware/ratelimit/counters.ts'
import { memoryStore } from '../../../lib/stores.ts'

const limit = { max: 4, seconds: 60 }
const minute = 60_000

const counters: readonly (readonly [where: string, make: () => Counters])[] = [
  ['of this process', memoryCounters],
  ['in a store', () => storeCounters(memoryStore())],
]

for (const [where, make] of counters) {
  t.test(`the count of the previous window fades, ${where}`, async (t) => {
    const clock = { now: 0 }
    t.intercept(Date, 'now', { value: () => clock.now })
    const counters = make()
    const take = async (now: number, cost: number): Promise<unknown> => {
      clock.now = now
      const { isAllowed, remaining } = await counters.take(limit, 'a', cost, now)
      return [isAllowed, remaining]
    }

    t.same(await take(0, 4), [true, 0])
    t.same(await take(1, 1), [false, 0])
    t.same(await take(minute, 1), [false, 0], 'all of it counts yet')
    t.same(await take(1.5 * minute, 1), [true, 1], 'half of it')
    t.same(await take(2.5 * minute, 1), [true, 2], 'half of the one')
    t.same(await take(5 * minute, 4), [true, 0], 'nothing of what is two windows ago')
    t.same(await take(0, 1), [true, 3], 'nor of one that is to come, when the clock is set back')
  })

  t.test(`each limit and key counts separately, ${where}`, async (t) => {
    const counters = make()
    const now = Date.now()
    const hour = { max: 4, seconds: 3600 }
    await counters.take(limit, 'a', 4, now)

    t.match(await counters.take(limit, 'a', 1, now), { isAllowed: false })
    t.match(await counters.take(limit, 'b', 1, now), { isAllowed: true })
    t.match(await counters.take(hour, 'a', 1, now), { isAllowed: true })
  })

  t.test(`returned amounts can be used again, ${where}`, async (t) => {
    const counters = make()
    const now = Date.now()
    await counters.take(limit, 'a', 4, now)

    await counters.giveBack(limit, 'a', 3, now)

    t.match(await counters.take(limit, 'a', 3, now), { isAllowed: true, remaining: 0 })
  })
}

t.test('memory counters are synchronous', async (t) => {
  t.notOk(memoryCounters().take(limit, 'a', 1, Date.now()) instanceof Promise)
  t.ok(storeCounters(memoryStore()).take(limit, 'a', 1, Date.now()) instanceof Promise)
})
