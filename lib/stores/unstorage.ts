/** A store over a storage of `unstorage`, with any of its drivers. */
import { encodeText } from '../internal/bytes.ts'
import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { keptStore, type Place } from './kept.ts'
import type { Store } from './store.ts'

/** The methods of an `unstorage` storage that are used. */
export interface Unstorage {
  getItemRaw(key: string): Promise<unknown>
  setItemRaw(key: string, value: Uint8Array, options?: { ttl?: number }): Promise<void>
  removeItem(key: string): Promise<void>
  getKeys(base?: string): Promise<string[]>
}

export interface UnstorageStoreOptions {
  /** A storage of `createStorage()` or `prefixStorage()`; the application disposes of it. */
  storage: Unstorage
  /** Milliseconds to wait for the driver before `StoreUnavailable` (2000). */
  timeoutMs?: number
}

/**
 * Keeps values in a storage of `unstorage`: files, Cloudflare KV and R2, S3, MongoDB, Azure and others.
 *
 * Drivers have no atomic changes, so `increment()` and `setIfAbsent()` are atomic within this process only.
 * Use `redisStore` or `postgresStore` for limits that processes share. The time to live is stored with each
 * value, and passed to drivers that can expire values themselves. Keys are stored as hexadecimal.
 *
 * @throws TypeError if the storage lacks one of these methods, RangeError if `timeoutMs` is invalid.
 * @example
 * import { createStorage } from 'unstorage'
 *
 * const store = unstorageStore({ storage: createStorage() })
 * await store.set('a', new TextEncoder().encode('1'), 60)
 */
export function unstorageStore(options: UnstorageStoreOptions): Store {
  const where = 'unstorageStore'
  knownOptions(where, options, 'storage timeoutMs')
  const { storage, timeoutMs = 2000 } = options
  const names = ['getItemRaw', 'setItemRaw', 'removeItem', 'getKeys'] as const
  const isStorage = names.every((name) => typeof storage?.[name] === 'function')
  const what = 'storage must be a storage of unstorage'
  check(where, isStorage, what, storage, 'Pass createStorage({ driver })')
  return keptStore(placeIn(storage), { where, timeoutMs })
}

function placeIn(storage: Unstorage): Place {
  return {
    async read(key) {
      const value = await storage.getItemRaw(nameOf(key))
      return value instanceof Uint8Array ? value : undefined
    },
    write: (key, bytes, expires) => storage.setItemRaw(nameOf(key), bytes, lifeOf(expires)),
    remove: (key) => storage.removeItem(nameOf(key)),
    async clear(prefix) {
      const start = nameOf(prefix)
      for (const name of await storage.getKeys()) {
        if (name.startsWith(start)) await storage.removeItem(name)
      }
    },
  }
}

/**
 * The time to live for the driver, in whole seconds. It is longer than the real one: a value must not expire
 * too early there.
 */
function lifeOf(expires: number): { ttl?: number } {
  if (expires === Number.POSITIVE_INFINITY) return {}
  return { ttl: Math.ceil((expires - Date.now()) / 1000) + 1 }
}

/**
 * The key in hexadecimal: `unstorage` replaces "/" and "\" by ":" and removes the text after "?", and some
 * drivers ignore case. Keys with the same prefix keep a common prefix.
 */
function nameOf(key: string): string {
  return `k${Array.from(encodeText(key), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
