/** Values in memory that expire, bounded by number and size: the core of the memory store. */
import { LRU } from '../internal/lru.ts'

interface Entry<Value> {
  readonly value: Value
  readonly size: number
  /** Milliseconds since 1970, as of `Date.now()`. */
  expires: number
}

/** How many entries each write checks for expiry. That is more than it can add, so the check keeps up. */
const SWEPT = 2

/**
 * A map that deletes expired values, and the least recently used ones if there are too many.
 *
 * There are no timers: expired values are deleted when they are read, and a few with each write.
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

  /** The entry of a key, which becomes the most recently used. */
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
