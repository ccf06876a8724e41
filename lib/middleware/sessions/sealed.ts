/** Sessions in an encrypted cookie, which only the server can read or change. */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import { fromBase64URL, toBase64URL } from '../../internal/base64url.ts'
import { joinBytes } from '../../internal/bytes.ts'
import { capacityOf, isPlausible, pack, type SessionBackend, unpack } from './backend.ts'
import { derivedKeys } from './keys.ts'

const decoder = new TextDecoder()

const AES = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Nonce, AES-256-GCM and its tag in base64url; the first secret encrypts, all of them decrypt. */
export function sealedBackend(secrets: readonly string[], cookie: string): SessionBackend {
  const keys = derivedKeys(secrets, `sealed session ${cookie}`)
  return {
    mostBytes: capacityOf(cookie, 0) - NONCE_BYTES - TAG_BYTES,
    open(token) {
      const sealed = isPlausible(token) ? fromBase64URL(token) : undefined
      if (sealed === undefined || sealed.byteLength <= NONCE_BYTES + TAG_BYTES) return undefined
      for (const key of keys) {
        const text = decrypted(key, sealed)
        if (text !== undefined) return unpack(text)
      }
      return undefined
    },
    async save(kept) {
      const [key] = keys
      if (key === undefined) return undefined
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(AES, key, nonce)
      const text = joinBytes([cipher.update(pack(kept), 'utf8'), cipher.final()])
      return toBase64URL(joinBytes([nonce, text, cipher.getAuthTag()]))
    },
    async remove() {}, // the browser holds the session
  }
}

function decrypted(key: KeyObject, sealed: Uint8Array): string | undefined {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(AES, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    return decoder.decode(joinBytes([text, decipher.final()]))
  } catch {
    return undefined // changed, truncated, or encrypted with another secret
  }
}
