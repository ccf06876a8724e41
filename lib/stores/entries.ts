/** Values of this process that expire, bounded by number and size; what a memory store is made of. */

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
  /** In order of use, the latest last. */
  readonly #entries = new Map<string, Entry<Value>>()
  #sweep = this.#entries.entries()
  #size = 0

  constructor(maxEntries: number, maxSize: number = Number.POSITIVE_INFINITY) {
    this.#maxEntries = maxEntries
    this.#maxSize = maxSize
  }

  /** The entry of a key, which becomes the one that was used last. */
  use(key: string): Entry<Value> | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.expires <= Date.now()) {
      this.#remove(key, entry)
      return undefined
    }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  put(key: string, value: Value, expires: number, size = 0): void {
    this.delete(key)
    this.#sweepSome()
    this.#entries.set(key, { value, size, expires })
    this.#size += size
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && this.#size <= this.#maxSize) break
      this.#remove(oldest, entry)
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (entry !== undefined) this.#remove(key, entry)
  }

  #remove(key: string, { size }: Entry<Value>): void {
    this.#entries.delete(key)
    this.#size -= size
  }

  #sweepSome(): void {
    const now = Date.now()
    for (let count = 0; count < SWEPT; count++) {
      const { done, value } = this.#sweep.next()
      if (done) {
        this.#sweep = this.#entries.entries()
        return
      }
      const [key, entry] = value
      if (entry.expires <= now) this.#remove(key, entry)
    }
  }
}
