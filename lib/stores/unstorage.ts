/** A store over a storage of `unstorage`, and so over any of its drivers. */
import { encodeText } from '../internal/bytes.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must } from '../internal/must.ts'
import { keptStore, type Place } from './kept.ts'
import type { Store } from './store.ts'

/** The part of a storage of `unstorage` that is used. */
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
 * Drivers have no atomic changes, so `increment()` and `setIfAbsent()` are atomic within this process
 * only. Use `redisStore` or `postgresStore` for limits that processes share. The time to live is kept
 * with each value, and told to drivers that can expire values themselves. Keys are hexadecimal there.
 *
 * @throws TypeError if the storage has not these methods, RangeError if `timeoutMs` is invalid.
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
  must(where, isStorage, what, storage, 'Pass createStorage({ driver })')
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

/** Drivers take whole seconds; one that has expired there too early would be lost. */
function lifeOf(expires: number): { ttl?: number } {
  if (expires === Number.POSITIVE_INFINITY) return {}
  return { ttl: Math.ceil((expires - Date.now()) / 1000) + 1 }
}

/**
 * Hexadecimal, since `unstorage` takes "/" and "\" for ":" and removes what follows "?", and some
 * drivers do not tell upper from lower case. What began alike begins alike after it.
 */
function nameOf(key: string): string {
  return `k${Array.from(encodeText(key), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
