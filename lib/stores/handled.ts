/** A store whose promises may be awaited later, even if it fails. */
import { handled } from '../internal/handled.ts'
import type { IncrementOptions, SpendWindow, Spent, Store } from './store.ts'

/** Wraps a store. An operation that fails before it is awaited does not end the process. */
export class HandledStore implements Store {
  readonly #store: Required<Store>

  constructor(store: Required<Store>) {
    this.#store = store
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return handled(this.#store.get(key))
  }

  set(key: string, value: Uint8Array, ttl: number): Promise<void> {
    return handled(this.#store.set(key, value, ttl))
  }

  delete(key: string): Promise<void> {
    return handled(this.#store.delete(key))
  }

  touch(key: string, ttl: number): Promise<boolean> {
    return handled(this.#store.touch(key, ttl))
  }

  increment(key: string, amount: number, options: IncrementOptions): Promise<number> {
    return handled(this.#store.increment(key, amount, options))
  }

  spend(key: string, cost: number, windows: readonly SpendWindow[]): Promise<readonly Spent[]> {
    return handled(this.#store.spend(key, cost, windows))
  }
}
