/** A store over a `Keyv`, with any of its adapters. */

import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { keptStore, type Place } from './kept.ts'
import type { Store } from './store.ts'

/** The methods of a `Keyv` that are used. */
export interface KeyvLike {
  get(key: string): Promise<unknown>
  /** The time to live is in milliseconds. */
  set(key: string, value: string, ttl?: number): Promise<unknown>
  delete(key: string): Promise<unknown>
  clear(): Promise<void>
  /** A function without arguments if the adapter can list its keys; otherwise missing. */
  iterator?: unknown
}

export interface KeyvStoreOptions {
  /** A `Keyv` with `throwOnErrors: true`; the application disconnects it. */
  keyv: KeyvLike
  /** Milliseconds to wait for the adapter before `StoreUnavailable` (2000). */
  timeoutMs?: number
}

/**
 * Keeps values in a `Keyv`: SQLite, MySQL, MongoDB, Memcached, etcd, DynamoDB and others.
 *
 * Adapters have no atomic changes, so `increment()` and `setIfAbsent()` are atomic within this process
 * only. Use `redisStore` or `postgresStore` for limits that processes share. `clear()` deletes all keys
 * of the Keyv's namespace; with a prefix it rejects if the adapter cannot list its keys.
 *
 * By default, a `Keyv` reports failures as events, and values then seem to be missing. So it must be created
 * with `throwOnErrors: true`.
 *
 * @throws TypeError if the Keyv lacks one of these methods or hides its errors, RangeError if `timeoutMs` is
 * invalid.
 * @example
 * import Keyv from 'keyv'
 *
 * const store = keyvStore({ keyv: new Keyv({ throwOnErrors: true }) })
 * await store.set('a', new TextEncoder().encode('1'), 60)
 */
export function keyvStore(options: KeyvStoreOptions): Store {
  const where = 'keyvStore'
  knownOptions(where, options, 'keyv timeoutMs')
  const { keyv, timeoutMs = 2000 } = options
  const names = ['get', 'set', 'delete', 'clear'] as const
  const isKeyv = names.every((name) => typeof keyv?.[name] === 'function')
  check(where, isKeyv, 'keyv must be a Keyv', keyv, 'Pass new Keyv({ store, throwOnErrors: true })')
  const throws = !('throwOnErrors' in keyv) || keyv.throwOnErrors === true
  check(where, throws, 'the Keyv must throw its errors', keyv, 'Create it with throwOnErrors: true')
  return keptStore(placeIn(keyv), { where, timeoutMs })
}

function placeIn(keyv: KeyvLike): Place {
  return {
    async read(key) {
      const text = await keyv.get(key)
      return typeof text === 'string' ? globalThis.Buffer.from(text, 'base64') : undefined
    },
    async write(key, bytes, expires) {
      const life = expires === Number.POSITIVE_INFINITY ? undefined : expires - Date.now() + 1000
      const { buffer, byteOffset, byteLength } = bytes
      const text = globalThis.Buffer.from(buffer, byteOffset, byteLength).toString('base64')
      if ((await keyv.set(key, text, life)) === false) throw new Error('the adapter refused it')
    },
    async remove(key) {
      await keyv.delete(key)
    },
    async clear(prefix) {
      if (prefix === '') return keyv.clear()
      for await (const [key] of entriesOf(keyv)) {
        if (key.startsWith(prefix)) await keyv.delete(key)
      }
    },
  }
}

type Entries = AsyncIterable<[key: string, value: unknown]>

function entriesOf(keyv: KeyvLike): Entries {
  const { iterator } = keyv
  if (typeof iterator === 'function') return iterator.call(keyv)
  throw new Error('the adapter cannot list its keys')
}
