/**
 * Protects texts that clients keep. Signed texts cannot be changed; sealed texts cannot be read either.
 */
import { Buffer } from 'node:buffer'
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { fromBase64URL, toBase64URL } from './base64url.ts'
import { joinBytes } from './bytes.ts'

/**
 * Converts texts to tokens and back. The first secret protects new tokens; tokens of all secrets can be
 * opened.
 */
export interface Vault {
  /** Returns a token of base64url characters and dots. */
  protect(text: string): string
  /** Returns the text, or undefined if the token was changed, truncated or made with another secret. */
  open(token: string): string | undefined
  /** Returns the number of bytes of text that fit into a token of this length. */
  capacity(length: number): number
}

const KEY_BYTES = 32

/**
 * Derives one key from each secret (HKDF, RFC 5869).
 *
 * A token made for one purpose, or by one kind of protection, is invalid for another.
 */
export function derivedKeys(secrets: readonly string[], purpose: string): readonly KeyObject[] {
  return secrets.map((secret) => {
    const bytes = hkdfSync('sha256', secret, '', `stellula ${purpose}`, KEY_BYTES)
    return createSecretKey(new Uint8Array(bytes))
  })
}

/** The length of SHA-256 in base64url. */
const MAC_LENGTH = 43

/**
 * Makes tokens of the form `payload.signature`, both in base64url.
 *
 * The signature is computed synchronously. Web Crypto would pass the few bytes to another thread, which
 * takes a hundred times as long.
 */
export function signedVault(secrets: readonly string[], purpose: string): Vault {
  const signers = derivedKeys(secrets, `signed ${purpose}`).map(
    (key) => (text: string) => createHmac('sha256', key).update(text).digest('base64url'),
  )
  return {
    protect(text) {
      const payload = Buffer.from(text).toString('base64url')
      return `${payload}.${first(signers)(payload)}`
    },
    open(token) {
      const dot = token.indexOf('.')
      const payload = token.slice(0, Math.max(dot, 0))
      const mac = token.slice(dot + 1)
      if (dot < 0 || !signers.some((sign) => isSame(mac, sign(payload)))) return undefined
      return Buffer.from(payload, 'base64url').toString()
    },
    capacity: (length) => Math.floor(((length - 1 - MAC_LENGTH) * 3) / 4),
  }
}

/** Compares in constant time. The length is not secret. */
function isSame(given: string, right: string): boolean {
  const bytes = Buffer.from(given)
  return bytes.byteLength === right.length && timingSafeEqual(bytes, Buffer.from(right))
}

const AES = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Makes tokens of the nonce, the text encrypted by AES-256-GCM, and its tag, in base64url. */
export function sealedVault(secrets: readonly string[], purpose: string): Vault {
  const keys = derivedKeys(secrets, `sealed ${purpose}`)
  return {
    protect(text) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(AES, first(keys), nonce)
      const sealed = joinBytes([cipher.update(text, 'utf8'), cipher.final()])
      return toBase64URL(joinBytes([nonce, sealed, cipher.getAuthTag()]))
    },
    open(token) {
      const sealed = fromBase64URL(token)
      if (sealed === undefined || sealed.byteLength <= NONCE_BYTES + TAG_BYTES) return undefined
      for (const key of keys) {
        const text = decrypted(key, sealed)
        if (text !== undefined) return text
      }
      return undefined
    },
    capacity: (length) => Math.floor((length * 3) / 4) - NONCE_BYTES - TAG_BYTES,
  }
}

const decoder = new TextDecoder()

function decrypted(key: KeyObject, sealed: Uint8Array): string | undefined {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(AES, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    return decoder.decode(joinBytes([text, decipher.final()]))
  } catch {
    return undefined
  }
}

function first<Item>([item]: readonly Item[]): Item {
  if (item !== undefined) return item
  throw new TypeError('vault: a secret is needed, none was given. Pass one.')
}
