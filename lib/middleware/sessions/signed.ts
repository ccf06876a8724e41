/** Sessions in a signed cookie, which the client can read but not change. */
import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { capacityOf, isPlausible, pack, type SessionBackend, unpack } from './backend.ts'
import { derivedKeys } from './keys.ts'

/** The length of SHA-256 in base64url. */
const MAC_LENGTH = 43

/**
 * `payload.signature`, both in base64url; the first secret signs, all of them are accepted.
 *
 * Signed synchronously: Web Crypto would pass the few bytes to another thread, which takes a hundred
 * times as long as the signature.
 */
export function signedBackend(secrets: readonly string[], cookie: string): SessionBackend {
  const keys = derivedKeys(secrets, `signed session ${cookie}`)
  const signers = keys.map(
    (key) => (text: string) => createHmac('sha256', key).update(text).digest('base64url'),
  )
  return {
    mostBytes: capacityOf(cookie, '.'.length + MAC_LENGTH),
    open(token) {
      const dot = isPlausible(token) ? token.indexOf('.') : -1
      const payload = token.slice(0, Math.max(dot, 0))
      const mac = token.slice(dot + 1)
      if (dot < 0 || !signers.some((sign) => isSame(mac, sign(payload)))) return undefined
      return unpack(Buffer.from(payload, 'base64url').toString())
    },
    async save(kept) {
      const [sign] = signers
      if (sign === undefined) return undefined
      const payload = Buffer.from(pack(kept)).toString('base64url')
      return `${payload}.${sign(payload)}`
    },
    async remove() {}, // the browser holds the session
  }
}

/** Compares in constant time; the length is public. */
function isSame(given: string, right: string): boolean {
  const bytes = Buffer.from(given)
  return bytes.byteLength === right.length && timingSafeEqual(bytes, Buffer.from(right))
}
