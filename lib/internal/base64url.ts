/**
 * Encodes bytes in base64url, which needs no escaping in cookies, URLs and fields (RFC 4648 section 5).
 */

/** Encodes bytes in plain base64, with padding (section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * Encodes bytes in base64url, without padding.
 *
 * @example
 * toBase64URL(Uint8Array.of(255, 254)) // '__4'
 */
export function toBase64URL(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Decodes base64url without padding. Returns undefined for any other text, and for a second encoding of
 * the same bytes.
 *
 * @example
 * fromBase64URL('__4') // Uint8Array [255, 254]
 * fromBase64URL('__5') // undefined
 */
export function fromBase64URL(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index)
  return toBase64URL(bytes) === text ? bytes : undefined
}

/** Returns random bytes of a cryptographic generator, in base64url. */
export function randomText(byteLength: number): string {
  return toBase64URL(crypto.getRandomValues(new Uint8Array(byteLength)))
}
