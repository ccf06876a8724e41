/** A store that the workers of one machine share. */

import { check, checkLimits, checkRange } from '../../internal/checks.ts'
import { assertTimeout } from '../../internal/deadline.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import { handledStore } from '../../stores/handled.ts'
import { assertAmount, assertTtl } from '../../stores/store.ts'
import {
  type IncrementOptions,
  type SpendWindow,
  type Spent,
  type Store,
  StoreUnavailable,
} from '../../stores.ts'
import { ask, isWorker, Unanswered } from './asking.ts'
import { fromBase64, fromJSONNumber, toBase64, toJSONNumber } from './json.ts'
import { type StoreLimits, sharedStore } from './sharedstores.ts'

export interface ClusterStoreOptions {
  /** The name of the store, in letters, digits, `-` and `_` ('default'). Equal names share one store. */
  name?: string
  /** Maximum number of entries (100 000); the least recently used one is deleted first. */
  maxEntries?: number
  /** Maximum bytes of keys and values together (64 MB); the least recently used entry is deleted first. */
  maxSize?: number
  /** Milliseconds to wait for the primary before `StoreUnavailable` (2000). */
  timeoutMs?: number
}

/**
 * Keeps values in the memory of the primary of `cluster()`, shared by its workers: sessions, rate limits and
 * caches of one machine without Redis. In a process that is not a worker, it is a memory store.
 *
 * Values are kept if workers end or are replaced, and lost if the primary ends. Each operation is a message
 * to the primary and a reply. If the primary does not reply in time, the operation rejects with
 * `StoreUnavailable`. Unless it is caught, the response is a 503. The operation may still have run, for
 * example an increment.
 *
 * The limits are those of the first process that uses the name. They apply separately to the sliding windows
 * of `rateLimit()`.
 *
 * @throws TypeError if the name is invalid, RangeError if a number is out of range.
 * @throws Error in a worker that `cluster()` has not started.
 * @example
 * const limited = rateLimit({
 *   limits: [{ max: 100, seconds: 60 }],
 *   store: clusterStore({ name: 'limits' }),
 *   name: 'api',
 * })
 */
export function clusterStore(options: ClusterStoreOptions = {}): Store {
  knownOptions('clusterStore', options, 'name maxEntries maxSize timeoutMs')
  const { name = 'default', maxEntries = 100_000, maxSize = 64_000_000, timeoutMs = 2000 } = options
  const letters = 'a name must consist of letters, digits, "-" and "_"'
  check('clusterStore', /^[\w-]+$/.test(name), letters, name, 'Choose another name')
  checkLimits('clusterStore', { maxEntries, maxSize })
  assertTimeout('clusterStore', timeoutMs)
  const limits = { maxEntries, maxSize }
  const isHere = !isWorker('clusterStore')
  const store = isHere ? sharedStore(name, limits) : new PrimaryStore(name, limits, timeoutMs)
  return handledStore(store)
}

/** The size of a message without keys and values, in bytes. */
const EACH = 256

/** The store in a worker, which sends each operation to the primary. */
class PrimaryStore implements Required<Store> {
  readonly #name: string
  readonly #maxSize: number
  readonly #timeoutMs: number

  constructor(name: string, { maxEntries, maxSize }: StoreLimits, timeoutMs: number) {
    this.#name = name
    this.#maxSize = maxSize
    this.#timeoutMs = timeoutMs
    // Messages arrive in order, so the store exists before it is used.
    this.#ask('open', EACH, toJSONNumber(maxEntries), toJSONNumber(maxSize)).catch(() => {})
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const text = await this.#ask('get', sizeOf(key), key)
    return typeof text === 'string' ? fromBase64(text) : undefined
  }

  async set(key: string, value: Uint8Array, ttl: number): Promise<void> {
    await this.#send('set', key, value, ttl)
  }

  async setIfAbsent(key: string, value: Uint8Array, ttl: number): Promise<boolean> {
    return (await this.#send('setIfAbsent', key, value, ttl)) === true
  }

  async delete(key: string): Promise<void> {
    await this.#ask('delete', sizeOf(key), key)
  }

  async clear(prefix = ''): Promise<void> {
    await this.#ask('clear', sizeOf(prefix), prefix)
  }

  async ttl(key: string): Promise<number | undefined> {
    const left = await this.#ask('ttl', sizeOf(key), key)
    return left === 'missing' ? undefined : fromJSONNumber(left)
  }

  async touch(key: string, ttl: number): Promise<boolean> {
    assertTtl(ttl)
    return (await this.#ask('touch', sizeOf(key), key, toJSONNumber(ttl))) === true
  }

  async increment(key: string, amount: number, options: IncrementOptions): Promise<number> {
    const { ttl, max = Number.POSITIVE_INFINITY } = options
    assertTtl(ttl)
    assertAmount(amount)
    return Number(
      await this.#ask('increment', sizeOf(key), key, amount, toJSONNumber(ttl), toJSONNumber(max)),
    )
  }

  async spend(
    key: string,
    cost: number,
    windows: readonly SpendWindow[],
  ): Promise<readonly Spent[]> {
    assertAmount(cost)
    return (await this.#ask('spend', sizeOf(key), key, cost, windows)) as Spent[]
  }

  async #send(operation: string, key: string, value: Uint8Array, ttl: number): Promise<unknown> {
    assertTtl(ttl)
    const size = key.length * 2 + value.byteLength
    const what = `a key and its value must have at most ${this.#maxSize} bytes`
    checkRange('clusterStore', size <= this.#maxSize, what, size, 'Raise maxSize')
    return this.#ask(operation, EACH + size, key, toBase64(value), toJSONNumber(ttl))
  }

  async #ask(operation: string, size: number, ...rest: readonly unknown[]): Promise<unknown> {
    try {
      return await ask('store', [this.#name, operation, ...rest], this.#timeoutMs, size)
    } catch (error) {
      throw error instanceof Unanswered ? unavailable(operation, error) : error
    }
  }
}

function sizeOf(key: string): number {
  return EACH + key.length * 2
}

function unavailable(operation: string, error: Unanswered): StoreUnavailable {
  const outcome = ['get', 'ttl'].includes(operation) ? '' : ' It may have run.'
  return new StoreUnavailable(
    `clusterStore: ${operation} failed, ${error.message}.${outcome} Check that the primary runs and is not blocked.`,
    { cause: error },
  )
}
