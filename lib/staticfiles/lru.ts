/** Values that are kept as long as there is room: the ones used longest ago go first. */
import { LRU } from '../internal/lru.ts'

/** A map with a bound on the bytes of its values. */
export class Shelf<Value> {
  readonly #maxBytes: number
  readonly #kept = new LRU<{ readonly value: Value; readonly bytes: number }>()
  #bytes = 0

  /** @param maxBytes How much is kept at the most; 0 keeps nothing. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The bytes of all that is kept. */
  get bytes(): number {
    return this.#bytes
  }

  /** The value of this key, which now is the one used last. */
  get(key: string): Value | undefined {
    return this.#kept.use(key)?.value
  }

  /** Puts a value in the place of the one before; one that alone is too large is not kept. */
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
