/** Values of this process that expire, bounded by number and size; what a memory store is made of. */
import { LRU } from '../internal/lru.ts'

interface Entry<Value> {
  readonly value: Value
  readonly size: number
  /** Milliseconds, as `Date.now()` tells them. */
  expires: number
}

/** How many entries a write looks at for what has expired: more than it can add, so it keeps up. */
const SWEPT = 2

/**
 * A map that forgets: what has expired, and what was not used for longest when there is too much.
 *
 * There are no timers: what has expired goes when it is asked for, and bit by bit with each write.
 */
export class Entries<Value> {
  readonly #maxEntries: number
  readonly #maxSize: number
  readonly #entries = new LRU<Entry<Value>>()
  #size = 0

  constructor(maxEntries: number, maxSize: number = Number.POSITIVE_INFINITY) {
    this.#maxEntries = maxEntries
    this.#maxSize = maxSize
  }

  /** The entry of a key, which becomes the one that was used last. */
  use(key: string): Entry<Value> | undefined {
    const entry = this.#entries.use(key)
    if (entry === undefined || entry.expires > Date.now()) return entry
    this.delete(key)
    return undefined
  }

  put(key: string, value: Value, expires: number, size = 0): void {
    this.delete(key)
    this.#sweepSome()
    this.#entries.set(key, { value, size, expires })
    this.#size += size
    while (this.#entries.size > this.#maxEntries || this.#size > this.#maxSize) {
      const oldest = this.#entries.oldest
      if (oldest === undefined) return
      this.delete(oldest[0])
    }
  }

  delete(key: string): void {
    this.#size -= this.#entries.delete(key)?.size ?? 0
  }

  #sweepSome(): void {
    const now = Date.now()
    for (let count = 0; count < SWEPT; count++) {
      const found = this.#entries.walk()
      if (found === undefined) return
      const [key, { expires }] = found
      if (expires <= now) this.delete(key)
    }
  }
}
