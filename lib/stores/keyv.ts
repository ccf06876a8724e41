/** A store over a `Keyv`, and so over any of its adapters. */
import { knownOptions } from '../internal/knownoptions.ts'
import { must } from '../internal/must.ts'
import { keptStore, type Place } from './kept.ts'
import type { Store } from './store.ts'

/** The part of a `Keyv` that is used. */
export interface KeyvLike {
  get(key: string): Promise<unknown>
  /** The time to live is in milliseconds. */
  set(key: string, value: string, ttl?: number): Promise<unknown>
  delete(key: string): Promise<unknown>
  clear(): Promise<void>
  /** There if the adapter can list its keys; a function without arguments then. */
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
 * A `Keyv` reports failures as events by default, so that a value seems to be missing. It must be made
 * with `throwOnErrors: true`.
 *
 * @throws TypeError if the Keyv has not these methods or hides its errors, RangeError if `timeoutMs` is
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
  must(where, isKeyv, 'keyv must be a Keyv', keyv, 'Pass new Keyv({ store, throwOnErrors: true })')
  const throws = !('throwOnErrors' in keyv) || keyv.throwOnErrors === true
  must(where, throws, 'the Keyv must throw its errors', keyv, 'Make it with throwOnErrors: true')
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
