/** Sliding windows in memory. A cost is taken from all at once, as in the script of `redisStore`. */
import { momentAt, roomIn } from '../../middleware/ratelimit/window.ts'
import { Entries } from '../../stores/entries.ts'
import { assertAmount } from '../../stores/store.ts'
import type { SpendWindow, Spent } from '../../stores.ts'

/** The period in which a window was last used, its sum, and that of the previous period. */
interface WindowSums {
  readonly index: number
  readonly spent: number
  readonly previous: number
}

/** The windows by their seconds. */
type KeptWindows = ReadonlyMap<number, WindowSums>

const NOTHING: KeptWindows = new Map()

/** The approximate size of a window, in bytes. */
const EACH = 64

export class Windows {
  readonly #entries: Entries<KeptWindows>

  constructor(maxEntries: number, maxSize: number) {
    this.#entries = new Entries(maxEntries, maxSize)
  }

  /** Like `spend` of a store, but synchronous. */
  spend(key: string, cost: number, windows: readonly SpendWindow[]): readonly Spent[] {
    assertAmount(cost)
    const seconds = Date.now() / 1000
    const kept = this.#entries.use(key)?.value ?? NOTHING
    const states = windows.map((window) => stateOf(kept.get(window.seconds), window, cost, seconds))
    const isAllowed = states.every(({ sum, previous, position }, index) => {
      const { max = 0, seconds = 1 } = windows[index] ?? {}
      return sum <= roomIn({ max, seconds }, previous, momentAt(position))
    })
    if (isAllowed) this.#keep(key, kept, windows, states)
    return states
  }

  clear(prefix: string): void {
    this.#entries.clear(prefix)
  }

  #keep(
    key: string,
    kept: KeptWindows,
    windows: readonly SpendWindow[],
    states: readonly Spent[],
  ): void {
    const next = new Map(kept)
    for (const [number, { position, sum, previous }] of states.entries()) {
      const index = Math.floor(position)
      next.set(windows[number]?.seconds ?? 0, { index, spent: sum, previous })
    }
    const longest = Math.max(...next.keys())
    // It is kept for two periods, because the next period needs the sum of this one.
    this.#entries.put(key, next, Date.now() + longest * 2000, key.length * 2 + next.size * EACH)
  }
}

/** The state of a window after a cost. If the clock goes back by less than one period, sums are kept. */
function stateOf(
  kept: WindowSums | undefined,
  { seconds }: SpendWindow,
  cost: number,
  time: number,
): Spent {
  const position = time / seconds
  const index = Math.floor(position)
  if (kept?.index === index) return { position, previous: kept.previous, sum: kept.spent + cost }
  if (kept?.index === index + 1) {
    return { position: kept.index, previous: kept.previous, sum: kept.spent + cost }
  }
  return { position, previous: kept?.index === index - 1 ? kept.spent : 0, sum: cost }
}
