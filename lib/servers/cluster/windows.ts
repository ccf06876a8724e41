/** Sliding windows in memory, taken from all at once: what the script of `redisStore` does. */
import { momentAt, roomIn } from '../../middleware/ratelimit/window.ts'
import { Entries } from '../../stores/entries.ts'
import { assertAmount } from '../../stores/store.ts'
import type { SpendWindow, Spent } from '../../stores.ts'

/** The length that a window was last seen in, its sum, and that of the one before. */
interface Kept {
  readonly index: number
  readonly spent: number
  readonly previous: number
}

/** By the seconds of each window. */
type KeptWindows = ReadonlyMap<number, Kept>

const NOTHING: KeptWindows = new Map()

/** About what a window takes, in bytes. */
const EACH = 64

export class Windows {
  readonly #entries: Entries<KeptWindows>

  constructor(maxEntries: number, maxSize: number) {
    this.#entries = new Entries(maxEntries, maxSize)
  }

  /** As `spend` of a store, at once. */
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
    // The next window reads it too.
    this.#entries.put(key, next, Date.now() + longest * 2000, key.length * 2 + next.size * EACH)
  }
}

/** The state of a window after a cost; sums are kept if the clock goes back by less than a length. */
function stateOf(
  kept: Kept | undefined,
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
