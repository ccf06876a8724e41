/** Keys for cookies, derived from secrets: another for each purpose and each cookie. */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

const BYTES = 32

/**
 * Derives one key of each secret (HKDF, RFC 5869).
 *
 * A value that was made for one cookie, or by one way to protect it, means nothing to another.
 */
export function derivedKeys(secrets: readonly string[], purpose: string): readonly KeyObject[] {
  return secrets.map((secret) => {
    const bytes = hkdfSync('sha256', secret, '', `stellula ${purpose}`, BYTES)
    return createSecretKey(new Uint8Array(bytes))
  })
}
