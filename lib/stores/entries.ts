/** Values in memory that expire, bounded by number and size: the core of the memory store. */
import { LRU } from '../internal/lru.ts'

interface Entry<Value> {
  readonly value: Value
  readonly size: number
  /** Milliseconds since 1970, as from `Date.now()`. */
  expires: number
}

/** The number of entries that each write checks for expiry: more than it can add, so the check keeps up. */
const SWEPT = 2

/**
 * A map that deletes expired values, and, if there are too many, the least recently used ones.
 *
 * There are no timers: expired values are deleted when they are read, and a few with each write.
 */
export class Entries<Value> {
  readonly #maxEntries: number
  readonly #maxSize: number
  readonly #onDrop: (key: string) => void
  readonly #entries = new LRU<Entry<Value>>()
  #size = 0

  /** @param onDrop Called with the key of each entry that has expired, or was deleted to make room. */
  constructor(
    maxEntries: number,
    maxSize: number = Number.POSITIVE_INFINITY,
    onDrop: (key: string) => void = () => {},
  ) {
    this.#maxEntries = maxEntries
    this.#maxSize = maxSize
    this.#onDrop = onDrop
  }

  has(key: string): boolean {
    return this.#entries.peek(key) !== undefined
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys()
  }

  /** The entry of a key, which becomes the most recently used. */
  use(key: string): Entry<Value> | undefined {
    const entry = this.#entries.use(key)
    if (entry === undefined || entry.expires > Date.now()) return entry
    this.#drop(key)
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
      this.#drop(oldest[0])
    }
  }

  delete(key: string): void {
    this.#size -= this.#entries.delete(key)?.size ?? 0
  }

  /** Deletes all entries whose keys begin with the prefix. */
  clear(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.delete(key)
  }

  #drop(key: string): void {
    this.delete(key)
    this.#onDrop(key)
  }

  #sweepSome(): void {
    const now = Date.now()
    for (let count = 0; count < SWEPT; count++) {
      const found = this.#entries.walk()
      if (found === undefined) return
      const [key, { expires }] = found
      if (expires <= now) this.#drop(key)
    }
  }
}
