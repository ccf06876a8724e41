/** The kinds of keys that verify tokens, and the algorithms that may use them. */

import { check } from '../../internal/checks.ts'

/** A JSON Web Key. */
export interface JWTKeyData {
  readonly kty?: string | undefined
  readonly [name: string]: unknown
}

/** A CryptoKey, or a KeyObject of node:crypto. */
export interface JWTKeyObject {
  readonly type: string
}

/** The bytes of a shared secret, or a public key. */
export type JWTKey = Uint8Array | JWTKeyObject | JWTKeyData

/** The members of a token's header that identify its key. They are not trusted. */
export interface JWTKeyHeader {
  readonly alg: string
  /** Letters, digits and `-_.~+/=:@`, at most 256. */
  readonly kid: string | undefined
}

/** A key, a set of public keys, or the URL of one. */
export type KeySource = JWTKey | { readonly keys: readonly JWTKeyData[] } | URL

/** Returns the key for a token, a set or a URL with the key, or null if the key is unknown. */
export type FindKey = (header: JWTKeyHeader) => KeySource | null | Promise<KeySource | null>

/** A key, a set of public keys, the URL of one, or a function that finds the key. */
export type JWTKeys = KeySource | FindKey

const ALGORITHMS = [
  ...['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/**
 * Checks that the algorithms are given and match the keys.
 *
 * @throws TypeError if an algorithm is unknown, or would use a public key as a secret.
 * @throws RangeError if a secret is shorter than the hash (RFC 7518 section 3.2).
 */
export function assertKeys(keys: JWTKeys, algorithms: readonly string[]): void {
  assertAlgorithms(algorithms)
  const kind = kindOf(keys)
  const symmetric = algorithms.filter((name) => name.startsWith('HS'))
  if (kind === 'set' && symmetric.length > 0)
    throw algorithmConfusion('sets of keys are public', algorithms)
  if (kind === 'public' && symmetric.length > 0)
    throw algorithmConfusion('the key is public', algorithms)
  if (kind === 'secret' && symmetric.length < algorithms.length) {
    throw algorithmConfusion('the key is a shared secret', algorithms)
  }
  if (keys instanceof Uint8Array) assertSecret(keys, algorithms)
  if (keys instanceof URL) assertAddress(keys)
}

/** Returns the kind of the keys. A function may return any kind. */
export function kindOf(keys: JWTKeys): 'secret' | 'public' | 'set' | 'function' {
  if (typeof keys === 'function') return 'function'
  if (keys instanceof URL) return 'set'
  if (keys instanceof Uint8Array) return 'secret'
  if (typeof keys !== 'object' || keys === null) throw noKey(typeof keys)
  if ('keys' in keys && Array.isArray(keys.keys)) return 'set'
  const { type, kty, d } = keys as { type?: unknown; kty?: unknown; d?: unknown }
  if (type === 'private' || (kty !== 'oct' && d !== undefined)) throw noKey('a private key')
  if (type === 'secret' || kty === 'oct') return 'secret'
  if (type === 'public' || typeof kty === 'string') return 'public'
  throw noKey('another object')
}

/**
 * Checks the key that a function returned.
 *
 * @throws TypeError if it is not a key, which is a bug of that function.
 */
export function assertFound(key: KeySource): void {
  if (kindOf(key) === 'function') throw noKey('a function by the function')
  if (key instanceof URL) assertAddress(key)
}

function noKey(what: string): TypeError {
  return new TypeError(
    `jwt: keys must be the bytes of a secret, a public key, a set of them, its URL or a function, ${what} was given. Write keys: new URL('https://…/.well-known/jwks.json').`,
  )
}

function assertAlgorithms(algorithms: readonly string[]): void {
  const isList = Array.isArray(algorithms) && algorithms.length > 0
  check(
    'jwt',
    isList && algorithms.every((name) => ALGORITHMS.includes(name)),
    `algorithms must be a list of ${ALGORITHMS.join(', ')}`,
    algorithms,
    'List the algorithm that signs your tokens',
  )
}

function algorithmConfusion(what: string, algorithms: readonly string[]): TypeError {
  return new TypeError(
    `jwt: ${what}, algorithms: ${JSON.stringify(algorithms)} were given. Use HS… with shared secrets only, and the others with public keys only.`,
  )
}

function assertSecret(secret: Uint8Array, algorithms: readonly string[]): void {
  if (new TextDecoder('latin1').decode(secret.subarray(0, 11)) === '-----BEGIN ') {
    throw new TypeError(
      'jwt: a shared secret cannot be a PEM file, one was given. Import it: createPublicKey(pem) of node:crypto.',
    )
  }
  const least = Math.max(...algorithms.map((name) => Number(name.slice(2)) / 8))
  if (secret.byteLength >= least) return
  throw new RangeError(
    `jwt: the secret must have at least ${least} bytes for ${algorithms.join(', ')}, ${secret.byteLength} were given. Make one: randomBytes(${least}) of node:crypto.`,
  )
}

const LOCAL = ['localhost', '127.0.0.1', '[::1]']

function assertAddress({ protocol, hostname, href }: URL): void {
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOCAL.includes(hostname))
  const fix = 'Use https: otherwise an attacker could replace the keys'
  check('jwt', isSafe, 'keys must come over https', href, fix)
}

/** Whether a key id is safe to pass on: it contains no `..`, query or markup. */
export function isKeyId(kid: unknown): kid is string {
  return typeof kid === 'string' && /^[\w\-.~+/=:@]{1,256}$/.test(kid) && !kid.includes('..')
}
