/** A store in the memory of this process, bounded by number and bytes. */

import { encodeText } from '../internal/bytes.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { Entries } from './entries.ts'
import { assertAmount, assertTtl, counterOf, type IncrementOptions, type Store } from './store.ts'

export interface MemoryStoreOptions {
  /** The most entries (100 000); the one that was not used for longest goes first. */
  maxEntries?: number
  /** The most bytes of keys and values together (64 MB); the same one goes first. */
  maxSize?: number
}

/**
 * Keeps values in the memory of this process: for tests, and for a server of one process.
 *
 * There are no timers: what has expired goes when it is asked for, and bit by bit with each write.
 * What is forgotten to make room, and on restart, is gone: a session, or what a client has spent of a
 * limit. A flood of new keys pushes out the others, so give sessions and limits a store each. Other
 * processes see none of it.
 *
 * @throws RangeError for limits that are none.
 * @example
 * const store = memoryStore({ maxEntries: 1000 })
 * await store.increment('visits', 1, { ttl: 60 }) // 1
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  knownOptions('memoryStore', options, 'maxEntries maxSize')
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

// Made once: each would be a converter of its own.
const decoder = new TextDecoder()

class MemoryStore implements Store {
  readonly #maxSize: number
  readonly #entries: Entries<Uint8Array>

  constructor(maxEntries: number, maxSize: number) {
    this.#maxSize = maxSize
    this.#entries = new Entries(maxEntries, maxSize)
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#entries.use(key)?.value
  }

  async set(key: string, value: Uint8Array, ttl: number): Promise<void> {
    assertTtl(ttl)
    // A copy: the caller may write to its array, and a small one may be part of a large buffer.
    this.#put(key, new Uint8Array(value), Date.now() + ttl * 1000)
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key)
  }

  async touch(key: string, ttl: number): Promise<boolean> {
    assertTtl(ttl)
    const entry = this.#entries.use(key)
    if (entry === undefined) return false
    entry.expires = Date.now() + ttl * 1000
    return true
  }

  async increment(key: string, amount: number, options: IncrementOptions): Promise<number> {
    const { ttl, max = Number.POSITIVE_INFINITY } = options
    assertTtl(ttl)
    assertAmount(amount)
    const entry = this.#entries.use(key)
    const before = entry === undefined ? 0 : counterOf(decoder.decode(entry.value), key)
    const sum = before + amount
    if (sum <= max) {
      this.#put(key, encodeText(String(sum)), entry?.expires ?? Date.now() + ttl * 1000)
    }
    return sum
  }

  #put(key: string, value: Uint8Array, expires: number): void {
    const size = key.length * 2 + value.byteLength
    if (size > this.#maxSize) {
      throw new RangeError(
        `memoryStore: a key and its value may have ${this.#maxSize} bytes, ${size} were given. Raise maxSize.`,
      )
    }
    this.#entries.put(key, value, expires, size)
  }
}
