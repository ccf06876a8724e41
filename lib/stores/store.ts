/** The interface of stores: bytes under keys, with a time to live. */

import { Unavailable } from '../exceptions.ts'
import { check, checkRange } from '../internal/checks.ts'
import { brand } from '../types/brand.ts'

/**
 * Keeps bytes under keys for a time. Any object with these methods can be used.
 *
 * Keys are any text, compared exactly. Times to live are in seconds, with fractions; `Infinity` keeps a value
 * until it is deleted or the store needs the room. If an operation fails, its promise rejects, with
 * `StoreUnavailable` if the store cannot be reached. A promise must not stay pending.
 */
export interface Store {
  /** The value, or undefined if it is missing or has expired. Do not write to it. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Sets or replaces a value and its time to live. */
  set(key: string, value: Uint8Array, ttl: number): Promise<void>
  /**
   * Sets a value if the key has none, atomically; resolves to whether it was set.
   *
   * If the call rejects, it may have been set.
   */
  setIfAbsent(key: string, value: Uint8Array, ttl: number): Promise<boolean>
  /** Deletes a value; a missing one is not an error. */
  delete(key: string): Promise<void>
  /**
   * Deletes all values whose keys begin with the prefix ('': all values).
   *
   * It looks at every key, so it is for maintenance and tests. Values that are set meanwhile may remain.
   */
  clear(prefix?: string): Promise<void>
  /** Gives a value a new time to live; resolves to false if it is missing. */
  touch(key: string, ttl: number): Promise<boolean>
  /** The seconds that a value has left, `Infinity` if it does not expire; undefined if it is missing. */
  ttl(key: string): Promise<number | undefined>
  /**
   * Adds to a counter atomically, and resolves to the sum.
   *
   * A missing counter starts at 0 and expires `ttl` seconds after its first increment. A sum greater than
   * `max` is returned but not stored. `get` returns the decimal digits of a counter. If the call rejects, the
   * amount may have been added.
   */
  increment(key: string, amount: number, options: IncrementOptions): Promise<number>
  /**
   * Takes a cost from all of the given sliding windows, or from none, atomically and by the clock of the
   * store. Resolves to the state of each window, in the given order.
   *
   * Optional: without it, `rateLimit()` uses `get` and `increment`, and the clock of each process.
   */
  spend?(key: string, cost: number, windows: readonly SpendWindow[]): Promise<readonly Spent[]>
}

/**
 * A sliding window: the sums of the current and the previous period of `seconds`. The weight of the previous
 * one decreases with time.
 */
export interface SpendWindow {
  /** The maximum sum of costs in it. */
  readonly max: number
  /** Its length in seconds, an integer. */
  readonly seconds: number
}

/** The state of a window after a cost was taken or refused. */
export interface Spent {
  /** The time since 1970, in periods of the window. */
  readonly position: number
  /** The sum of the previous period. */
  readonly previous: number
  /** The sum of the current period, including the cost even if it was refused. */
  readonly sum: number
}

export interface IncrementOptions {
  /** Seconds until a new counter expires; an existing one keeps its expiry. */
  ttl: number
  /** The maximum of the counter (Infinity). */
  max?: number
}

/**
 * The error if the store cannot be reached, or has not replied in time. The response is a 503, unless an
 * exception handler for this class returns another one.
 */
export class StoreUnavailable extends Unavailable {
  static {
    brand(StoreUnavailable, 'StoreUnavailable')
  }

  override readonly name = 'StoreUnavailable'
}

/**
 * Returns a part of a store, whose keys begin with the given name.
 *
 * @throws TypeError if the name has other characters than letters, digits, `-` and `_`.
 * @example
 * const carts = namespace(memoryStore(), 'carts')
 * await carts.set('a', new TextEncoder().encode('1'), 60) // as carts:a
 * await carts.clear() // and nothing else of the store
 */
export function namespace(store: Store, name: string): Store {
  const what = 'a name must consist of letters, digits, "-" and "_"'
  check('namespace', /^[\w-]+$/.test(name), what, name, 'Choose another name')
  const prefix = `${name}:`
  const { spend } = store
  return {
    ...(spend && { spend: (key, cost, windows) => spend.call(store, prefix + key, cost, windows) }),
    get: (key) => store.get(prefix + key),
    set: (key, value, ttl) => store.set(prefix + key, value, ttl),
    setIfAbsent: (key, value, ttl) => store.setIfAbsent(prefix + key, value, ttl),
    delete: (key) => store.delete(prefix + key),
    clear: (start = '') => store.clear(prefix + start),
    ttl: (key) => store.ttl(prefix + key),
    touch: (key, ttl) => store.touch(prefix + key, ttl),
    increment: (key, amount, options) => store.increment(prefix + key, amount, options),
  }
}

/** @throws RangeError if the time to live is not greater than 0. */
export function assertTtl(ttl: number): void {
  const what = 'a time to live must be a number of seconds greater than 0'
  checkRange('store', ttl > 0, what, ttl, 'Use delete() to remove a value at once')
}

/** @throws RangeError if the amount is not a safe integer: sums would not be exact. */
export function assertAmount(amount: number): void {
  const what = 'an amount must be an integer'
  checkRange('store', Number.isSafeInteger(amount), what, amount, 'Round it')
}

/**
 * Parses the text of a counter.
 *
 * @throws TypeError if the value is not a counter.
 */
export function counterOf(text: string, key: string): number {
  const count = Number(text)
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(count)) return count
  throw new TypeError(
    `store: only counters can be incremented, ${JSON.stringify(key)} has another value. Use another key.`,
  )
}
