/** Values that are kept as long as there is room: the ones used longest ago go first. */

/** A map with a bound on the bytes of its values. */
export class Shelf<Value> {
  readonly #maxBytes: number
  /** From the one used longest ago to the last one used. */
  readonly #kept = new Map<string, { readonly value: Value; readonly bytes: number }>()
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
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    return kept.value
  }

  /** Puts a value in the place of the one before; one that alone is too large is not kept. */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key)
    if (bytes > this.#maxBytes) return
    this.#kept.set(key, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0
    this.#kept.delete(key)
  }
}
