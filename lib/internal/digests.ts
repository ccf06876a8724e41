/** Computes SHA-256 synchronously. In another thread it would take a hundred times as long. */
import crypto from 'node:crypto'

/** Hashes text (as UTF-8) or bytes; returns base64url. */
type Hash = (data: string | Uint8Array) => string

/**
 * Returns the SHA-256 of text (as UTF-8) or bytes, in base64url.
 *
 * @example
 * sha256('hello') // 'LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ'
 */
export const sha256: Hash = hashOf(crypto)

/** The functions of `node:crypto`; `hash` exists since Node 20.12. */
interface Hashing {
  readonly hash?: typeof crypto.hash
  readonly createHash: typeof crypto.createHash
}

/** Uses `hash` if it exists: it takes half the time and makes no object that must be collected. */
export function hashOf({ hash, createHash }: Hashing): Hash {
  if (hash !== undefined) return (data) => hash('sha256', data, 'base64url')
  return (data) => createHash('sha256').update(data).digest('base64url')
}
