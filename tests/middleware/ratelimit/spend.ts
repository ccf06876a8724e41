import t from 'tap'
import {
  type Counters,
  memoryCounters,
  storeCounters,
} from '../../../lib/middleware/ratelimit/counters.ts'
import { boundedKey, spend } from '../../../lib/middleware/ratelimit/spend.ts'
import { memoryStore } from '../../../lib/stores.ts'

const MINUTE = { max: 3, seconds: 60 }
const HOUR = { max: 5, seconds: 3600 }

const counters: readonly (readonly [where: string, make: () => Counters])[] = [
  ['of this process', memoryCounters],
  ['in a store', () => storeCounters(memoryStore())],
]

for (const [where, make] of counters) {
  t.test(`takes from every limit, ${where}`, async (t) => {
    const counters = make()
    t.intercept(Date, 'now', { value: () => 0 })

    const [first, second] = await spend(counters, [MINUTE, HOUR], 'a', 2)

    t.same(first, { limit: MINUTE, isAllowed: true, remaining: 1, reset: 60 })
    t.same(second, { limit: HOUR, isAllowed: true, remaining: 3, reset: 3600 })
  })

  t.test(`takes from no limit if one refuses, ${where}`, async (t) => {
    const counters = make()
    let now = 0
    t.intercept(Date, 'now', { value: () => now })
    const limits = [MINUTE, HOUR]
    for (let count = 0; count < 3; count++) await spend(counters, limits, 'a', 1)

    const refused = await spend(counters, limits, 'a', 1)
    t.match(refused, [{ limit: MINUTE, isAllowed: false, remaining: 0 }])
    t.equal(refused.length, 1, 'the others were not asked')

    now = 180_000 // another minute, within the hour
    t.match(await spend(counters, limits, 'a', 3), [
      { limit: MINUTE, isAllowed: true, remaining: 3 },
      { limit: HOUR, isAllowed: false, remaining: 2 },
    ])
    t.match(await spend(counters, limits, 'a', 2), [
      { isAllowed: true, remaining: 1 },
      { isAllowed: true, remaining: 0 },
    ])
  })

  t.test(`simultaneous calls take no more than the limit, ${where}`, async (t) => {
    const counters = make()
    const limits = [{ max: 30, seconds: 86_400 * 365 }]

    const taken = await Promise.all(
      Array.from({ length: 100 }, () => spend(counters, limits, 'a', 1)),
    )

    t.equal(taken.filter(([verdict]) => verdict?.isAllowed).length, 30)
  })

  t.test(`each key has its own count, ${where}`, async (t) => {
    const counters = make()
    const limits = [{ max: 1, seconds: 3600 }]
    await spend(counters, limits, 'a', 1)

    t.match(await spend(counters, limits, 'a', 1), [{ isAllowed: false }])
    t.match(await spend(counters, limits, 'b', 1), [{ isAllowed: true }])
  })
}

t.test('a key is short and unique, whatever clients choose', async (t) => {
  const long = 'a'.repeat(16_384)
  const keys = await Promise.all(
    ['', 'a', 'K', '\u212a', 'x'.repeat(64), long, `${long}a`].map((key) => boundedKey('n', key)),
  )

  t.equal(keys[1], 'n=a')
  t.equal(new Set(keys).size, keys.length)
  for (const key of keys) t.ok(key.length <= 70)
  const hashed = keys[5] ?? ''
  t.not(await boundedKey('n', hashed.slice(2)), hashed)
})
