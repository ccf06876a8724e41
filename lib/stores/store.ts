/** What sessions, limits and caches need of a place to keep things: a key, bytes, a time to live. */
import { Unavailable } from '../exceptions.ts'
import { brand } from '../types/brand.ts'

/**
 * Keeps bytes under keys for a while; any object with these five methods is one.
 *
 * Keys are text of any kind, compared as they are. Times to live are seconds, fractions allowed;
 * `Infinity` keeps a value until it is deleted or the store needs its place. A store that cannot
 * answer rejects, with `StoreUnavailable` when it cannot be reached; it never stays silent.
 */
export interface Store {
  /** The value, or undefined when there is none or it has expired. It is not to be written to. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Puts a value in the place of whatever was there, time to live included. */
  set(key: string, value: Uint8Array, ttl: number): Promise<void>
  /** Removes a value; it is no error when there is none. */
  delete(key: string): Promise<void>
  /** Gives a value a new time to live; false when there is none. */
  touch(key: string, ttl: number): Promise<boolean>
  /**
   * Adds to a counter in one step that no other caller comes between, and gives the sum.
   *
   * A counter that is not there is 0, and lives for `ttl` from its first increment on. A sum over
   * `max` is given but not kept: the counter stays as it was. `get` reads a counter as its digits.
   * When it rejects it may have counted.
   */
  increment(key: string, amount: number, options: IncrementOptions): Promise<number>
  /**
   * Takes a cost from all of some sliding windows, or from none, in one step and by the store's own
   * clock; gives the state of each window, in the order given.
   *
   * It may be missing: `rateLimit()` then counts by `get` and `increment`, and by the clock of each
   * process.
   */
  spend?(key: string, cost: number, windows: readonly SpendWindow[]): Promise<readonly Spent[]>
}

/** A sliding window: two counters of `seconds` each, the older one fading. */
export interface SpendWindow {
  /** What may be spent in it. */
  readonly max: number
  /** Its length, a whole number. */
  readonly seconds: number
}

/** The state of a window when something was, or would have been, spent. */
export interface Spent {
  /** The time since 1970 in lengths of the window. */
  readonly position: number
  /** What was spent in the length before this one. */
  readonly previous: number
  /** What is spent in this one, the cost included whether it was taken or not. */
  readonly sum: number
}

export interface IncrementOptions {
  /** Seconds that a counter made by this call lives; one that is there keeps its own. */
  ttl: number
  /** The most that the counter may come to (Infinity). */
  max?: number
}

/**
 * The store cannot be reached, or has not answered in time: 503 for the client, unless a handler for
 * this class answers otherwise.
 */
export class StoreUnavailable extends Unavailable {
  static {
    brand(StoreUnavailable, 'StoreUnavailable')
  }

  override readonly name = 'StoreUnavailable'
}

/**
 * A part of a store for one purpose: its keys start with a name of their own.
 *
 * @throws TypeError for a name that is not of letters, digits, `-` and `_`.
 * @example
 * const carts = namespace(memoryStore(), 'carts')
 * await carts.set('a', new TextEncoder().encode('1'), 60) // as carts:a
 */
export function namespace(store: Store, name: string): Store {
  if (!/^[\w-]+$/.test(name)) {
    throw new TypeError(
      `namespace: a name is made of letters, digits, "-" and "_", ${JSON.stringify(name)} was given. Choose another.`,
    )
  }
  const prefix = `${name}:`
  const { spend } = store
  return {
    ...(spend && { spend: (key, cost, windows) => spend.call(store, prefix + key, cost, windows) }),
    get: (key) => store.get(prefix + key),
    set: (key, value, ttl) => store.set(prefix + key, value, ttl),
    delete: (key) => store.delete(prefix + key),
    touch: (key, ttl) => store.touch(prefix + key, ttl),
    increment: (key, amount, options) => store.increment(prefix + key, amount, options),
  }
}

/** @throws RangeError for what is no time to live. */
export function assertTtl(ttl: number): void {
  if (ttl > 0) return
  throw new RangeError(
    `store: a time to live is a number of seconds over 0, ${ttl} was given. Delete what is to go at once.`,
  )
}

/** @throws RangeError for what can be no part of an exact sum. */
export function assertAmount(amount: number): void {
  if (Number.isSafeInteger(amount)) return
  throw new RangeError(`store: a counter grows by integers, ${amount} was given. Round it.`)
}

/** @throws TypeError for a value that is no counter. */
export function counterOf(text: string, key: string): number {
  const count = Number(text)
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(count)) return count
  throw new TypeError(
    `store: only counters can be incremented, ${JSON.stringify(key)} has another value. Use another key.`,
  )
}
