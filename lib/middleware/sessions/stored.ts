/** Sessions in a store; the cookie has the id alone. */
import { encodeText, NO_BYTES } from '../../bytes.ts'
import { sha256 } from '../../digests.ts'
import type { Store } from '../../stores.ts'
import { pack, unpack, type Vault } from './vault.ts'

/** Seconds that a removal is remembered: longer than a session may be on its way to the store. */
const REMEMBERED = 60

/** Keeps sessions for `lifetime` seconds under the hash of their id: who reads the store has none. */
export function storedVault(store: Store, lifetime: number): Vault {
  return {
    async open(token) {
      if (!/^[\w-]{43}$/.test(token)) return undefined
      const value = await store.get(keyOf(token))
      const opened = value === undefined ? undefined : unpack(new TextDecoder().decode(value))
      return opened?.record.id === token ? opened : undefined
    },
    async save(kept, previous) {
      const { id } = kept.record
      // A request that was under way when the session was destroyed must not bring it back.
      const isGone = previous !== undefined && !(await store.touch(keyOf(previous), lifetime))
      if (isGone) return undefined
      const key = keyOf(id)
      await store.set(key, encodeText(pack(kept)), lifetime)
      // Removed in between: the mark was there before the session was deleted, so nobody misses both.
      if (previous === undefined || !(await store.get(goneKey(keyOf(previous))))) return id
      await store.delete(key)
      return undefined
    },
    async remove(id) {
      const key = keyOf(id)
      await store.set(goneKey(key), NO_BYTES, REMEMBERED)
      await store.delete(key)
    },
  }
}

function goneKey(key: string): string {
  return `${key}:gone`
}

function keyOf(id: string): string {
  return `session:${sha256(id)}`
}
