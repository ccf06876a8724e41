/** Sessions in a cookie that everybody can read and nobody can change. */
import { fromBase64URL, toBase64URL } from '../../base64url.ts'
import { derivedKeys } from './keys.ts'
import { isPlausible, pack, unpack, type Vault } from './vault.ts'

const HMAC = { name: 'HMAC', hash: 'SHA-256', length: 256 } as const

const encoder = new TextEncoder()

/** `payload.signature`, both in base64url; the first secret signs, all of them are accepted. */
export function signedVault(secrets: readonly string[], cookie: string): Vault {
  const name = `signed session ${cookie}`
  const keysOf = derivedKeys(secrets, { name, algorithm: HMAC, usages: ['sign', 'verify'] })
  return {
    async open(token) {
      const [payload = '', mac = '', ...more] = isPlausible(token) ? token.split('.') : []
      const text = fromBase64URL(payload)
      const signature = fromBase64URL(mac)
      if (text === undefined || signature === undefined || more.length > 0) return undefined
      const signed = encoder.encode(payload)
      for (const key of await keysOf()) {
        if (await crypto.subtle.verify('HMAC', key, signature, signed)) {
          return unpack(new TextDecoder().decode(text))
        }
      }
      return undefined
    },
    async save(kept) {
      const [key] = await keysOf()
      if (key === undefined) return undefined
      const payload = toBase64URL(encoder.encode(pack(kept)))
      const signature = await crypto.subtle.sign('HMAC', key, encoder.encode(payload))
      return `${payload}.${toBase64URL(new Uint8Array(signature))}`
    },
    async remove() {}, // the browser has it
  }
}
