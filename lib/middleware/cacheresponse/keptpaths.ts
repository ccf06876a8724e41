/** Remembers the paths whose responses were cached. Requests for them wait for each other. */
import { LRU } from '../../internal/lru.ts'

const MOST = 5_000

/** A set of keys; the least recently used are dropped when there are too many. */
export class KeptPaths {
  readonly #paths = new LRU<true>()

  has(path: string): boolean {
    return this.#paths.use(path) ?? false
  }

  add(path: string): void {
    this.#paths.set(path, true)
    const { oldest } = this.#paths
    if (this.#paths.size > MOST && oldest !== undefined) this.#paths.delete(oldest[0])
  }

  delete(path: string): void {
    this.#paths.delete(path)
  }
}
