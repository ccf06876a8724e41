/** Derives keys for cookies from secrets: a different key for each purpose and cookie. */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

const BYTES = 32

/**
 * Derives one key from each secret (HKDF, RFC 5869).
 *
 * A value made for one cookie, or by one kind of protection, is invalid for another.
 */
export function derivedKeys(secrets: readonly string[], purpose: string): readonly KeyObject[] {
  return secrets.map((secret) => {
    const bytes = hkdfSync('sha256', secret, '', `stellula ${purpose}`, BYTES)
    return createSecretKey(new Uint8Array(bytes))
  })
}
