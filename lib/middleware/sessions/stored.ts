/** Sessions in a store; the cookie has the id alone. */
import { createHash } from 'node:crypto'
import { encodeText } from '../../bytes.ts'
import type { Store } from '../../stores.ts'
import { pack, unpack, type Vault } from './vault.ts'

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
      await store.set(keyOf(id), encodeText(pack(kept)), lifetime)
      return id
    },
    async remove(id) {
      await store.delete(keyOf(id))
    },
  }
}

function keyOf(id: string): string {
  return `session:${createHash('sha256').update(id).digest('base64url')}`
}
