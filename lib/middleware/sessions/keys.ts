/** Keys for cookies, derived from secrets: another for each purpose and each cookie. */

const encoder = new TextEncoder()

/** Web Crypto's names of what a key is for. */
export interface KeyPurpose {
  readonly name: string
  readonly algorithm: AesKeyGenParams | HmacKeyGenParams
  readonly usages: readonly KeyUsage[]
}

/**
 * Derives one key of each secret (HKDF, RFC 5869), when it is first asked for them.
 *
 * A value that was made for one cookie, or by one way to protect it, means nothing to another.
 */
export function derivedKeys(
  secrets: readonly string[],
  { name, algorithm, usages }: KeyPurpose,
): () => Promise<readonly CryptoKey[]> {
  const info = encoder.encode(`stellula ${name}`)
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
  const derive = async (secret: string): Promise<CryptoKey> => {
    const raw = encoder.encode(secret)
    const base = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey'])
    return crypto.subtle.deriveKey(how, base, algorithm, false, [...usages])
  }
  let keys: Promise<readonly CryptoKey[]> | undefined
  return () => {
    keys ??= Promise.all(secrets.map(derive))
    return keys
  }
}
