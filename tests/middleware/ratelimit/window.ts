import fc from 'fast-check'
import t from 'tap'
import { momentOf, roomIn, verdictOf } from '../../../lib/middleware/ratelimit/window.ts'

const limit = { max: 10, seconds: 60 }

t.test('a time belongs to one window', async (t) => {
  t.same(momentOf(0, limit), { index: 0, over: 0 })
  t.same(momentOf(59_999, limit), { index: 0, over: 59_999 / 60_000 })
  t.same(momentOf(60_000, limit), { index: 1, over: 0 })
  t.same(momentOf(75_000, limit), { index: 1, over: 0.25 })
})

t.test('the previous count fades', async (t) => {
  const cases = [
    [0, 0, 10],
    [10, 0, 0],
    [10, 0.25, 2],
    [10, 0.5, 5],
    [10, 0.99, 9],
    [3, 0.5, 8],
  ] as const
  for (const [previous, over, room] of cases) {
    t.equal(roomIn(limit, previous, { index: 1, over }), room, `${previous} before, ${over} over`)
  }
})

t.test('the fields of a limit', async (t) => {
  const at = (over: number) => ({ index: 1, over })
  const told = { limit, isAllowed: true }

  t.same(verdictOf(limit, 0, 1, 1, at(0)), { ...told, remaining: 9, reset: 60 })
  t.same(verdictOf(limit, 0, 10, 3, at(0.5)), { ...told, remaining: 0, reset: 30 })
  t.same(verdictOf(limit, 10, 5, 1, at(0.5)), { ...told, remaining: 0, reset: 30 })

  const refused = { limit, isAllowed: false }
  // In the next window one of ten is gone after a tenth of it.
  t.same(verdictOf(limit, 0, 11, 1, at(0.5)), { ...refused, remaining: 0, reset: 36 })
  t.same(verdictOf(limit, 0, 12, 5, at(0.5)), { ...refused, remaining: 3, reset: 48 })
  // In this window: six have room when four of ten are left, at 0.6.
  t.same(verdictOf(limit, 10, 6, 1, at(0.5)), { ...refused, remaining: 0, reset: 6 })
})

/** The last request may be repeated after 10 of 30 s, a third that is inexact. */
const INEXACT = [
  ...[{ wait: 3922, cost: 1 }, { wait: 4927, cost: 1 }, { wait: 26_665, cost: 3 }],
  ...[{ wait: 7810, cost: 1 }, { wait: 3676, cost: 2 }],
] // biome-ignore format: a table

t.test('allows at most the limit, and again after the announced time', async () => {
  const step = fc.record({
    wait: fc.integer({ max: 40_000, min: 0 }),
    cost: fc.integer({ max: 4, min: 1 }),
  })
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 12 }),
      fc.array(step, { maxLength: 60 }),
      (max, steps) => {
        const own = { max, seconds: 30 }
        const counters = new Map<number, number>()
        const take = (now: number, cost: number) => {
          const moment = momentOf(now, own)
          const previous = counters.get(moment.index - 1) ?? 0
          const sum = (counters.get(moment.index) ?? 0) + cost
          const verdict = verdictOf(own, previous, sum, cost, moment)
          return { verdict, keep: () => counters.set(moment.index, sum) }
        }
        let now = 1_700_000_000_000
        for (const { wait, cost } of steps) {
          now += wait
          const { verdict, keep } = take(now, cost)
          if (verdict.isAllowed) keep()
          else if (!take(now + verdict.reset * 1000, cost).verdict.isAllowed) return false
          if (verdict.reset < 1 || verdict.remaining < 0 || verdict.remaining > max) return false
        }
        return [...counters.values()].every((spent) => spent <= max)
      },
    ),
    { numRuns: 200, examples: [[4, INEXACT]] },
  )
})
