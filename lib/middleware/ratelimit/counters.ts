/** Counts the use of limits: in this process, or in a shared store. */

import { Entries } from '../../stores/entries.ts'
import type { Store } from '../../stores.ts'
import {
  type Moment,
  momentAt,
  momentOf,
  type RateLimit,
  roomIn,
  type Verdict,
  verdictOf,
} from './window.ts'

/** Counts by limit and key. A shared store returns promises. */
export interface Counters {
  /** Takes the cost atomically, or nothing if not enough is left. */
  take(limit: RateLimit, key: string, cost: number, now: number): Verdict | Promise<Verdict>
  /** Gives the cost back. */
  giveBack(limit: RateLimit, key: string, cost: number, now: number): void | Promise<void>
  /** Takes the cost from every limit or from none, if the store can do that atomically. */
  takeAll?(limits: readonly RateLimit[], key: string, cost: number): Promise<readonly Verdict[]>
}

/** The counts of the window of a client's last request, and of the window before. */
interface Windows {
  index: number
  spent: number
  previous: number
}

/** The default capacity of a memory store. */
const MOST_CLIENTS = 100_000

/** Counts in the memory of this process, synchronously. */
export function memoryCounters(): Counters {
  const clients = new Entries<Windows>(MOST_CLIENTS)
  return {
    take(limit, key, cost, now) {
      const moment = momentOf(now, limit)
      const windows = windowsOf(clients, limit, key, moment)
      const sum = windows.spent + cost
      const verdict = verdictOf(limit, windows.previous, sum, cost, moment)
      if (verdict.isAllowed) windows.spent = sum
      return verdict
    },
    giveBack(limit, key, cost, now) {
      windowsOf(clients, limit, key, momentOf(now, limit)).spent -= cost
    },
  }
}

function windowsOf(
  clients: Entries<Windows>,
  { seconds }: RateLimit,
  key: string,
  { index }: Moment,
): Windows {
  const id = `${seconds}:${key}`
  const known = clients.use(id)?.value
  if (known?.index === index) return known
  const previous = known?.index === index - 1 ? known.spent : 0
  const windows = { index, spent: 0, previous }
  clients.put(id, windows, (index + 2) * seconds * 1000) // the next window reads it too
  return windows
}

const decoder = new TextDecoder()

/**
 * Counts in a store. If the store has `spend`, it counts atomically and by its own clock. Otherwise there
 * is a counter for each window, with one conditional increment per request.
 */
export function storeCounters(store: Store): Counters {
  const { spend } = store
  return {
    ...(spend && {
      async takeAll(limits, key, cost) {
        const states = await spend.call(store, `ratelimit:${key}`, cost, limits)
        return limits.map((limit, index) => {
          const { position = 0, previous = 0, sum = cost } = states[index] ?? {}
          return verdictOf(limit, previous, sum, cost, momentAt(position))
        })
      },
    }),
    async take(limit, key, cost, now) {
      const moment = momentOf(now, limit)
      const before = await store.get(counterKey(limit, key, moment.index - 1))
      const previous = before === undefined ? 0 : Number(decoder.decode(before))
      const sum = await store.increment(counterKey(limit, key, moment.index), cost, {
        ttl: limit.seconds * 2, // the next window reads it too
        max: roomIn(limit, previous, moment),
      })
      return verdictOf(limit, previous, sum, cost, moment)
    },
    async giveBack(limit, key, cost, now) {
      const { index } = momentOf(now, limit)
      await store.increment(counterKey(limit, key, index), -cost, { ttl: limit.seconds * 2 })
    },
  }
}

function counterKey({ seconds }: RateLimit, key: string, index: number): string {
  return `ratelimit:${seconds}:${index}:${key}`
}
