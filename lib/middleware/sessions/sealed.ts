/** Sessions in a cookie that nobody but the server can read or change. */
import { fromBase64URL, toBase64URL } from '../../base64url.ts'
import { joinBytes } from '../../bytes.ts'
import { derivedKeys } from './keys.ts'
import { isPlausible, pack, unpack, type Vault } from './vault.ts'

const AES = { name: 'AES-GCM', length: 256 } as const
const NONCE_BYTES = 12

/** Nonce and AES-256-GCM in base64url; the first secret seals, all of them open. */
export function sealedVault(secrets: readonly string[], cookie: string): Vault {
  const name = `sealed session ${cookie}`
  const keysOf = derivedKeys(secrets, { name, algorithm: AES, usages: ['encrypt', 'decrypt'] })
  return {
    async open(token) {
      const sealed = isPlausible(token) ? fromBase64URL(token) : undefined
      if (sealed === undefined || sealed.byteLength <= NONCE_BYTES) return undefined
      const iv = sealed.subarray(0, NONCE_BYTES)
      for (const key of await keysOf()) {
        const text = await decrypted(key, iv, sealed.subarray(NONCE_BYTES))
        if (text !== undefined) return unpack(text)
      }
      return undefined
    },
    async save(kept) {
      const [key] = await keysOf()
      if (key === undefined) return undefined
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
      const text = new TextEncoder().encode(pack(kept))
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, text)
      return toBase64URL(joinBytes([iv, new Uint8Array(sealed)]))
    },
    async remove() {}, // the browser has it
  }
}

async function decrypted(
  key: CryptoKey,
  iv: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed),
    )
  } catch {
    return undefined // changed, cut short, or sealed by another secret
  }
}
