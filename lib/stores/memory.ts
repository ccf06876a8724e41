/** A store in the memory of this process, bounded by number and bytes. */

import { encodeText } from '../internal/bytes.ts'
import { checkLimits } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { Entries } from './entries.ts'
import { assertAmount, assertTtl, counterOf, type IncrementOptions, type Store } from './store.ts'

export interface MemoryStoreOptions {
  /** Maximum number of entries (100,000); the least recently used one is deleted first. */
  maxEntries?: number
  /** Maximum bytes of keys and values together (64 MB); the least recently used entry is deleted first. */
  maxSize?: number
}

/**
 * Keeps values in the memory of this process: for tests, and for servers of a single process.
 *
 * There are no timers: expired values are deleted when they are read, and a few with each write. Values that
 * are deleted to make room, or by a restart, are lost: sessions, or the counters of rate limits. Many new
 * keys push out the others, so use separate stores for sessions and limits. Other processes do not see the
 * values.
 *
 * @throws RangeError if a limit is not a number greater than 0.
 * @example
 * const store = memoryStore({ maxEntries: 1000 })
 * await store.increment('visits', 1, { ttl: 60 }) // 1
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  knownOptions('memoryStore', options, 'maxEntries maxSize')
  const { maxEntries = 100_000, maxSize = 64_000_000 } = options
  checkLimits('memoryStore', { maxEntries, maxSize })
  return new MemoryStore(maxEntries, maxSize)
}

// It is created once because creating a decoder is expensive.
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
    // It is copied because the caller may write to its array, and a small array may be a view of a large
    // buffer.
    this.#put(key, new Uint8Array(value), Date.now() + ttl * 1000)
  }

  async setIfAbsent(key: string, value: Uint8Array, ttl: number): Promise<boolean> {
    assertTtl(ttl)
    if (this.#entries.use(key) !== undefined) return false
    this.#put(key, new Uint8Array(value), Date.now() + ttl * 1000)
    return true
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key)
  }

  async clear(prefix = ''): Promise<void> {
    this.#entries.clear(prefix)
  }

  async ttl(key: string): Promise<number | undefined> {
    const entry = this.#entries.use(key)
    return entry && (entry.expires - Date.now()) / 1000
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
        `memoryStore: a key and its value must have at most ${this.#maxSize} bytes, ${size} were given. Raise maxSize.`,
      )
    }
    this.#entries.put(key, value, expires, size)
  }
}
