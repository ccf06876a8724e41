/** Sessions in a store; the cookie has the id alone. */
import { encodeText, NO_BYTES } from '../../internal/bytes.ts'
import { sha256 } from '../../internal/digests.ts'
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
      await mark(store, goneKey(key))
      await store.delete(key)
    },
  }
}

/**
 * A store that is full refuses the mark and still deletes: then a logout must not fail. A request that
 * is under way finds no session either, and cannot write one into a full store.
 */
async function mark(store: Store, key: string): Promise<void> {
  try {
    await store.set(key, NO_BYTES, REMEMBERED)
  } catch {
    // What else is wrong with the store, the deletion tells.
  }
}

function goneKey(key: string): string {
  return `${key}:gone`
}

function keyOf(id: string): string {
  return `session:${sha256(id)}`
}
