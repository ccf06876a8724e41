/** Verifies a token with jose, and distinguishes faults of the token from those of the server. */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import { AuthenticationError } from '../../authentication/authentication.ts'
import { HTTPException } from '../../exceptions.ts'
import { tell } from '../../internal/handled.ts'
import { LRU } from '../../internal/lru.ts'
import type { Claims } from './claims.ts'
import { KeysPaused, pausingFetch } from './fetching.ts'
import {
  assertFound,
  type FindKey,
  isKeyId,
  type JWTKeyHeader,
  type JWTKeys,
  type KeySource,
  kindOf,
} from './keys.ts'

/** Limits for fetching a key set. */
export interface KeySetOptions {
  readonly timeoutDuration: number
  readonly cooldownDuration: number
  readonly cacheMaxAge: number
}

/** Returns the claims, or throws an AuthenticationError that says what is wrong with the token. */
export type VerifyClaims = (token: string) => Promise<Claims>

type Resolve = Parameters<typeof jwtVerify>[1]

/** @param onError Called with the reason if keys cannot be fetched; the client does not see it. */
export function verifier(
  keys: JWTKeys,
  fetching: KeySetOptions,
  options: JWTVerifyOptions,
  onError: (error: unknown) => void,
): VerifyClaims {
  const resolve = resolverOf(keys, fetching)
  return async (token) => {
    try {
      return (await jwtVerify(token, resolve, options)).payload
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) {
        return await oneOf(error, token, options)
      }
      const fault = faultOf(error)
      const isNews = fault instanceof HTTPException && fault.cause === error
      if (isNews && !(error instanceof KeysPaused)) tell('jwt: onError', onError, error)
      throw fault
    }
  }
}

/** Tries each key of a set that fits, if the token names no key. */
async function oneOf(
  candidates: errors.JWKSMultipleMatchingKeys,
  token: string,
  options: JWTVerifyOptions,
): Promise<Claims> {
  for await (const key of candidates) {
    try {
      return (await jwtVerify(token, key, options)).payload
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw faultOf(error)
    }
  }
  throw new AuthenticationError('The signature of the token is invalid.')
}

function resolverOf(keys: JWTKeys, fetching: KeySetOptions): Resolve {
  return typeof keys === 'function'
    ? (finding(keys, fetching) as unknown as Resolve)
    : resolverIn(keys, fetching)
}

/** jose accepts the same kinds of keys, and checks them on each call. */
function resolverIn(keys: KeySource, fetching: KeySetOptions): Resolve {
  if (keys instanceof URL) {
    const pausing = pausingFetch(fetching.cooldownDuration)
    const options = { ...fetching, [customFetch]: pausing }
    return createRemoteJWKSet(keys, options) as unknown as Resolve
  }
  if (!(keys instanceof Uint8Array) && 'keys' in keys) {
    return createLocalJWKSet(keys as never) as unknown as Resolve
  }
  return (() => keys) as unknown as Resolve
}

const MISMATCH = 'The key of the token does not match its algorithm.'

/** Wraps what a user's function threw, to distinguish it from errors of jose. */
class Thrown extends Error {}

/** The most key sets that are kept for a function. */
const MOST_SETS = 100

type Finding = (header: { alg: string; kid?: unknown }, token: unknown) => Promise<unknown>

/** jose has checked the algorithm against the list by now. */
function finding(find: FindKey, fetching: KeySetOptions): Finding {
  const sets = new LRU<Resolve>()
  // One for each address, which caches the set that it has fetched.
  const resolverOfURL = (url: URL): Resolve => {
    const known = sets.use(url.href) ?? resolverIn(url, fetching)
    sets.set(url.href, known)
    if (sets.size > MOST_SETS && sets.oldest !== undefined) sets.delete(sets.oldest[0])
    return known
  }
  return async (header, token) => {
    const { alg, kid } = header
    if (kid !== undefined && !isKeyId(kid)) {
      throw new AuthenticationError('The key id of the token is invalid.')
    }
    const key = await search(find, { alg, kid })
    if (key === null) throw new AuthenticationError('The key of the token is unknown.')
    // The client chose among the allowed algorithms; jose would report a bug.
    if ((kindOf(key) === 'secret') !== alg.startsWith('HS')) throw new AuthenticationError(MISMATCH)
    if (kindOf(key) !== 'set') return key
    const resolve = key instanceof URL ? resolverOfURL(key) : resolverIn(key, fetching)
    return (resolve as unknown as Finding)(header, token)
  }
}

async function search(find: FindKey, header: JWTKeyHeader): Promise<KeySource | null> {
  try {
    const key = (await find(header)) ?? null
    if (key !== null) assertFound(key)
    return key
  } catch (cause) {
    throw new Thrown(undefined, { cause })
  }
}

/** The error for the client; it contains no part of the token. */
function faultOf(error: unknown): unknown {
  if (error instanceof Thrown) return error.cause
  const because = (message: string): AuthenticationError =>
    new AuthenticationError(message, { cause: error })
  if (error instanceof errors.JWTExpired) return because('The token has expired.')
  if (error instanceof errors.JWTClaimValidationFailed) {
    const what = error.reason === 'missing' ? 'is missing' : 'is invalid'
    return because(`The claim ${error.claim} of the token ${what}.`)
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return because('The signature of the token is invalid.')
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return because('The signature algorithm of the token is not allowed.')
  }
  if (error instanceof errors.JWKSNoMatchingKey) return because('The key of the token is unknown.')
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return because('The token is malformed.')
  }
  // An allowed algorithm, but not for this key.
  if (error instanceof errors.JOSENotSupported || isKeyMismatch(error)) {
    return because(MISMATCH)
  }
  return isUnavailable(error) ? unavailable(error) : error
}

/** jose reports it by a TypeError; newer Node versions throw a DOMException before that. */
function isKeyMismatch(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === 'DataError'
  return error instanceof TypeError && /key/i.test(error.message)
}

/** fetch fails with a TypeError; jose reports other faults of a key set. */
function isUnavailable(error: unknown): boolean {
  const isFetch = error instanceof TypeError && /fetch/.test(error.message)
  return isFetch || error instanceof errors.JOSEError || error instanceof KeysPaused
}

function unavailable(cause: unknown): HTTPException {
  return new HTTPException(503, 'The keys that verify tokens cannot be fetched.', { cause })
}
