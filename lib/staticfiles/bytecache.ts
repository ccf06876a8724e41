/** A cache bounded by bytes: the least recently used values are deleted first. */
import { LRU } from '../internal/lru.ts'

/** A map with a limit on the bytes of its values. */
export class ByteCache<Value> {
  readonly #maxBytes: number
  readonly #kept = new LRU<{ readonly value: Value; readonly bytes: number }>()
  #bytes = 0

  /** @param maxBytes Maximum bytes; 0 keeps nothing. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The bytes of all values. */
  get bytes(): number {
    return this.#bytes
  }

  /** Returns the value of this key, which becomes the most recently used. */
  get(key: string): Value | undefined {
    return this.#kept.use(key)?.value
  }

  /** Sets or replaces a value. A value that is larger than the limit is not kept. */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key)
    if (bytes > this.#maxBytes) return
    this.#kept.set(key, { value, bytes })
    this.#bytes += bytes
    while (this.#bytes > this.#maxBytes) {
      const oldest = this.#kept.oldest
      if (oldest === undefined) return
      this.delete(oldest[0])
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#kept.delete(key)?.bytes ?? 0
  }
}
