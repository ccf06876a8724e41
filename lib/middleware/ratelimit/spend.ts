/** Spending from several limits at once, in a store that others spend from too. */
import { createHash } from 'node:crypto'
import type { Store } from '../../stores.ts'
import { type Moment, momentOf, type RateLimit, roomIn, type Verdict, verdictOf } from './window.ts'

const decoder = new TextDecoder()

/**
 * Takes the cost from every limit, or from none.
 *
 * Each limit is one conditional increment of its window's counter, so that requests elsewhere, at the
 * same time, never spend more together than there is.
 *
 * @returns What each limit says, up to the first that refuses.
 */
export async function spend(
  store: Store,
  limits: readonly RateLimit[],
  key: string,
  cost: number,
): Promise<Verdict[]> {
  const now = Date.now()
  const verdicts: Verdict[] = []
  for (const limit of limits) {
    const moment = momentOf(now, limit)
    const { previous, sum } = await count(store, limit, key, cost, moment)
    const verdict = verdictOf(limit, previous, sum, cost, moment)
    verdicts.push(verdict)
    if (verdict.isAllowed) continue
    await giveBack(store, limits.slice(0, verdicts.length - 1), key, cost, now)
    return verdicts.map((told) =>
      told.isAllowed ? { ...told, remaining: told.remaining + cost } : told,
    )
  }
  return verdicts
}

async function count(
  store: Store,
  limit: RateLimit,
  key: string,
  cost: number,
  moment: Moment,
): Promise<{ previous: number; sum: number }> {
  const before = await store.get(counterKey(limit, key, moment.index - 1))
  const previous = before === undefined ? 0 : Number(decoder.decode(before))
  const max = roomIn(limit, previous, moment)
  const sum = await store.increment(counterKey(limit, key, moment.index), cost, {
    ttl: limit.seconds * 2, // it is looked at in the next window too
    max,
  })
  return { previous, sum }
}

async function giveBack(
  store: Store,
  limits: readonly RateLimit[],
  key: string,
  cost: number,
  now: number,
): Promise<void> {
  for (const limit of limits) {
    const { index } = momentOf(now, limit)
    await store.increment(counterKey(limit, key, index), -cost, { ttl: limit.seconds * 2 })
  }
}

function counterKey({ seconds }: RateLimit, key: string, index: number): string {
  return `ratelimit:${seconds}:${index}:${key}`
}

const MOST_LENGTH = 64

/** A key of bounded length, for a text of any that clients may have chosen. */
export function boundedKey(name: string, key: string): string {
  if (key.length <= MOST_LENGTH) return `${name}=${key}`
  return `${name}#${createHash('sha256').update(key).digest('base64url')}`
}
