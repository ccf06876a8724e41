/** Keeps sessions in cookies. */
import type { Vault } from '../../internal/vault.ts'
import { PACK_BYTES, pack, type SessionBackend, unpack } from './backend.ts'
import { lengthOf } from './chunks.ts'

/** @param chunks The maximum number of cookies of a session. */
export function cookieBackend(vault: Vault, cookie: string, chunks = 1): SessionBackend {
  const length = lengthOf(cookie, chunks)
  return {
    mostBytes: vault.capacity(length) - PACK_BYTES,
    open(token) {
      const text = token.length <= length ? vault.open(token) : undefined
      return text === undefined ? undefined : unpack(text)
    },
    async save(kept) {
      return vault.protect(pack(kept))
    },
    async remove() {}, // the browser holds the session
  }
}
