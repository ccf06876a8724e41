/** Sessions in a store; the cookie holds only the id. */
import { encodeText, NO_BYTES } from '../../internal/bytes.ts'
import { sha256 } from '../../internal/digests.ts'
import type { Store } from '../../stores.ts'
import { pack, type SessionBackend, unpack } from './backend.ts'

/** Seconds for which a removal is remembered: longer than a pending write can take. */
const REMEMBERED = 60

/** Stores sessions for `lifetime` seconds under the hash of their id, so that the store reveals no id. */
export function storedBackend(store: Store, lifetime: number): SessionBackend {
  return {
    async open(token) {
      if (!/^[\w-]{43}$/.test(token)) return undefined
      const value = await store.get(keyOf(token))
      const opened = value === undefined ? undefined : unpack(new TextDecoder().decode(value))
      return opened?.record.id === token ? opened : undefined
    },
    async save(kept, previous) {
      const { id } = kept.record
      // A pending request must not restore a session that was destroyed.
      const isGone = previous !== undefined && !(await store.touch(keyOf(previous), lifetime))
      if (isGone) return undefined
      const key = keyOf(id)
      await store.set(key, encodeText(pack(kept)), lifetime)
      // The mark is written before the session is deleted, so a concurrent request sees one or the other.
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
 * A full store rejects the mark but still deletes, and a logout must not fail then. A pending request
 * finds no session either, and cannot write one into a full store.
 */
async function mark(store: Store, key: string): Promise<void> {
  try {
    await store.set(key, NO_BYTES, REMEMBERED)
  } catch {
    // The deletion reports any other failure of the store.
  }
}

function goneKey(key: string): string {
  return `${key}:gone`
}

function keyOf(id: string): string {
  return `session:${sha256(id)}`
}
