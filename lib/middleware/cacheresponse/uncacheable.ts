/** Remembers uncacheable resources. Requests for them do not wait for each other. */

const MOST = 5_000
const LONGEST_MS = 60_000

/**
 * A set of keys that expire after one to two minutes; the oldest are dropped when there are too many.
 *
 * It consists of two sets, because finding the oldest key of one set gets slower as it grows.
 */
export class Uncacheable {
  #recent = new Set<string>()
  #older = new Set<string>()
  #turned = Date.now()

  has(key: string): boolean {
    if (Date.now() - this.#turned > LONGEST_MS) this.#turn()
    return this.#recent.has(key) || this.#older.has(key)
  }

  add(key: string): void {
    if (this.#recent.size >= MOST) this.#turn()
    this.#recent.add(key)
  }

  delete(key: string): void {
    this.#recent.delete(key)
    this.#older.delete(key)
  }

  #turn(): void {
    const isLong = Date.now() - this.#turned > 2 * LONGEST_MS
    this.#older = isLong ? new Set() : this.#recent
    this.#recent = new Set()
    this.#turned = Date.now()
  }
}
