/** A store in the memory of this process, bounded by number and bytes. */
import { encodeText } from '../bytes.ts'
import { assertAmount, assertTtl, counterOf, type IncrementOptions, type Store } from './store.ts'

export interface MemoryStoreOptions {
  /** The most entries (100 000); the one that was not used for longest goes first. */
  maxEntries?: number
  /** The most bytes of keys and values together (64 MB); the same one goes first. */
  maxSize?: number
}

interface Entry {
  readonly value: Uint8Array
  /** Milliseconds, as `Date.now()` tells them. */
  expires: number
}

/**
 * Keeps values in the memory of this process: for tests, and for a server of one process.
 *
 * There are no timers: what has expired goes when it is asked for, and bit by bit with each write.
 * What is forgotten to make room, and on restart, is gone. Other processes see none of it.
 *
 * @throws RangeError for limits that are none.
 * @example
 * const store = memoryStore({ maxEntries: 1000 })
 * await store.increment('visits', 1, { ttl: 60 }) // 1
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { maxEntries = 100_000, maxSize = 64_000_000 } = options
  assertLimit('maxEntries', maxEntries)
  assertLimit('maxSize', maxSize)
  return new MemoryStore(maxEntries, maxSize)
}

function assertLimit(name: string, limit: number): void {
  if (limit >= 1) return
  throw new RangeError(
    `memoryStore: ${name} must be a number over 0, ${limit} was given. Infinity means no limit.`,
  )
}

/** How many entries a write looks at for what has expired: more than it can add, so it keeps up. */
const SWEPT = 2

// Made once: each would be a converter of its own.
const decoder = new TextDecoder()

class MemoryStore implements Store {
  readonly #maxEntries: number
  readonly #maxSize: number
  /** In order of use, the latest last. */
  readonly #entries = new Map<string, Entry>()
  #sweep = this.#entries.entries()
  #size = 0

  constructor(maxEntries: number, maxSize: number) {
    this.#maxEntries = maxEntries
    this.#maxSize = maxSize
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#use(key)?.value
  }

  async set(key: string, value: Uint8Array, ttl: number): Promise<void> {
    assertTtl(ttl)
    // A copy: the caller may write to its array, and a small one may be part of a large buffer.
    this.#put(key, new Uint8Array(value), Date.now() + ttl * 1000)
  }

  async delete(key: string): Promise<void> {
    const entry = this.#entries.get(key)
    if (entry !== undefined) this.#remove(key, entry)
  }

  async touch(key: string, ttl: number): Promise<boolean> {
    assertTtl(ttl)
    const entry = this.#use(key)
    if (entry === undefined) return false
    entry.expires = Date.now() + ttl * 1000
    return true
  }

  async increment(key: string, amount: number, options: IncrementOptions): Promise<number> {
    const { ttl, max = Number.POSITIVE_INFINITY } = options
    assertTtl(ttl)
    assertAmount(amount)
    const entry = this.#use(key)
    const before = entry === undefined ? 0 : counterOf(decoder.decode(entry.value), key)
    const sum = before + amount
    if (sum <= max) {
      this.#put(key, encodeText(String(sum)), entry?.expires ?? Date.now() + ttl * 1000)
    }
    return sum
  }

  /** The entry of a key, which becomes the one that was used last. */
  #use(key: string): Entry | undefined {
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

  #put(key: string, value: Uint8Array, expires: number): void {
    const size = sizeOf(key, value)
    if (size > this.#maxSize) {
      throw new RangeError(
        `memoryStore: a key and its value may have ${this.#maxSize} bytes, ${size} were given. Raise maxSize.`,
      )
    }
    const old = this.#entries.get(key)
    if (old !== undefined) this.#remove(key, old)
    this.#sweepSome()
    this.#entries.set(key, { value, expires })
    this.#size += size
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && this.#size <= this.#maxSize) break
      this.#remove(oldest, entry)
    }
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#size -= sizeOf(key, entry.value)
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

function sizeOf(key: string, value: Uint8Array): number {
  return key.length * 2 + value.byteLength
}
