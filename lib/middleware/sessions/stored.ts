/** Keeps sessions in a store. The cookie holds only the id. */
import { encodeText, NO_BYTES } from '../../internal/bytes.ts'
import { sha256 } from '../../internal/digests.ts'
import type { Store } from '../../stores.ts'
import { pack, type SessionBackend, unpack } from './backend.ts'

/** Seconds for which a removal is remembered: longer than a pending write can take. */
const REMEMBERED = 60

/** Stores sessions for `lifetime` seconds under the hash of their id. So the store reveals no id. */
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
      // `remove` writes the mark before it deletes the session, so a concurrent request sees that the
      // session is gone, or the mark.
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
 * Marks a session as removed. A full store rejects the mark but can still delete, and a logout must not
 * fail then. A pending request cannot restore the session in a full store.
 */
async function mark(store: Store, key: string): Promise<void> {
  try {
    await store.set(key, NO_BYTES, REMEMBERED)
  } catch {
    // Any other failure of the store is reported by the deletion.
  }
}

function goneKey(key: string): string {
  return `${key}:gone`
}

function keyOf(id: string): string {
  return `session:${sha256(id)}`
}
