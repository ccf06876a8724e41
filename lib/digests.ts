/** SHA-256, here and now: another thread would take a hundred times as long to be asked. */
import crypto from 'node:crypto'

/** Hashes text, as UTF-8, or bytes; gives base64url. */
export type Hash = (data: string | Uint8Array) => string

/**
 * The SHA-256 of text, as UTF-8, or of bytes, in base64url.
 *
 * @example
 * sha256('hello') // 'LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ'
 */
export const sha256: Hash = hashOf(crypto)

/**
 * Signs texts, as UTF-8, with a key: HMAC with SHA-256, in base64url.
 *
 * @example
 * const sign = signerOf(encodeText('key'))
 * sign('The quick brown fox') === sign('The quick brown fox') // true
 */
export function signerOf(key: Uint8Array): (text: string) => string {
  return hmacOf(crypto, key)
}

/** What there is of Node's module: `hash` came with 20.12. */
export interface Hashing {
  readonly hash?: typeof crypto.hash
  readonly createHash: typeof crypto.createHash
  readonly createHmac: typeof crypto.createHmac
}

/** In one call where Node can: half the time, and no object for the collector to free. */
export function hashOf({ hash, createHash }: Hashing): Hash {
  if (hash !== undefined) return (data) => hash('sha256', data, 'base64url')
  return (data) => createHash('sha256').update(data).digest('base64url')
}

const BLOCK_BYTES = 64

/** The same for signatures, which are two hashes (RFC 2104): 2.4 µs instead of 4.7 among other work. */
export function hmacOf({ hash, createHmac }: Hashing, key: Uint8Array): (text: string) => string {
  if (hash === undefined || key.byteLength > BLOCK_BYTES) {
    return (text) => createHmac('sha256', key).update(text).digest('base64url')
  }
  const inner = padded(key, 0x36)
  const outer = padded(key, 0x5c).toString('binary')
  return (text) => {
    const digest = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'binary')
    return hash('sha256', Buffer.from(outer + digest, 'binary'), 'base64url')
  }
}

/** A block of the padding byte, with the key laid over its beginning. */
function padded(key: Uint8Array, padding: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, padding)
  for (const [index, byte] of key.entries()) block[index] = byte ^ padding
  return block
}
