/** Sessions in a cookie that everybody can read and nobody can change. */
import { Buffer } from 'node:buffer'
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { derivedKeys } from './keys.ts'
import { isPlausible, pack, unpack, type Vault } from './vault.ts'

/**
 * `payload.signature`, both in base64url; the first secret signs, all of them are accepted.
 *
 * Signed here and now: Web Crypto would hand the few bytes to another thread, which takes a hundred
 * times as long as the signature.
 */
export function signedVault(secrets: readonly string[], cookie: string): Vault {
  const keys = derivedKeys(secrets, `signed session ${cookie}`)
  return {
    open(token) {
      const [payload = '', mac = '', ...more] = isPlausible(token) ? token.split('.') : []
      if (more.length > 0 || !keys.some((key) => isSame(mac, signature(payload, key)))) {
        return undefined
      }
      return unpack(Buffer.from(payload, 'base64url').toString())
    },
    async save(kept) {
      const [key] = keys
      if (key === undefined) return undefined
      const payload = Buffer.from(pack(kept)).toString('base64url')
      return `${payload}.${signature(payload, key)}`
    },
    async remove() {}, // the browser has it
  }
}

function signature(payload: string, key: KeyObject): string {
  return createHmac('sha256', key).update(payload).digest('base64url')
}

/** Takes the same time wherever they differ; the length is known to everybody. */
function isSame(given: string, right: string): boolean {
  const bytes = Buffer.from(given)
  return bytes.byteLength === right.length && timingSafeEqual(bytes, Buffer.from(right))
}
