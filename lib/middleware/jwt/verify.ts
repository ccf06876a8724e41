/** Verifies a token with jose, and distinguishes errors of the token from errors of the server. */
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
import { callListener } from '../../internal/handled.ts'
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

/** Returns the claims, or throws an AuthenticationError with the error of the token. */
type VerifyClaims = (token: string) => Promise<Claims>

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
      const isUnavailability = fault instanceof HTTPException && fault.cause === error
      if (isUnavailability && !(error instanceof KeysPaused))
        callListener('jwt: onError', onError, error)
      throw fault
    }
  }
}

/** Tries each suitable key of a set, if the token has no `kid`. */
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
    ? (makeKeyFinder(keys, fetching) as unknown as Resolve)
    : resolverIn(keys, fetching)
}

/** Returns the form in which jose takes the key. jose checks the key on each call. */
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

/** Wraps an error of a user's function, to distinguish it from errors of jose. */
class Thrown extends Error {}

/** The maximum number of key sets that are kept for a function. */
const MOST_SETS = 100

type KeyFinder = (header: { alg: string; kid?: unknown }, token: unknown) => Promise<unknown>

/** Finds the key with the user's function. jose has already checked that the algorithm is accepted. */
function makeKeyFinder(find: FindKey, fetching: KeySetOptions): KeyFinder {
  const sets = new LRU<Resolve>()
  // There is one resolver for each URL. It caches the set that it has fetched.
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
    const key = await callFindKey(find, { alg, kid })
    if (key === null) throw new AuthenticationError('The key of the token is unknown.')
    // The token has an accepted algorithm that does not suit this key. jose would report that as a bug.
    if ((kindOf(key) === 'secret') !== alg.startsWith('HS')) throw new AuthenticationError(MISMATCH)
    if (kindOf(key) !== 'set') return key
    const resolve = key instanceof URL ? resolverOfURL(key) : resolverIn(key, fetching)
    return (resolve as unknown as KeyFinder)(header, token)
  }
}

async function callFindKey(find: FindKey, header: JWTKeyHeader): Promise<KeySource | null> {
  try {
    const key = (await find(header)) ?? null
    if (key !== null) assertFound(key)
    return key
  } catch (cause) {
    throw new Thrown(undefined, { cause })
  }
}

/** Returns the error for the client. It contains no part of the token. */
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
  // The algorithm is accepted, but not suitable for this key.
  if (error instanceof errors.JOSENotSupported || isKeyMismatch(error)) {
    return because(MISMATCH)
  }
  return isUnavailable(error) ? unavailable(error) : error
}

/** jose reports a mismatch as a TypeError. Newer Node versions throw a DOMException before that. */
function isKeyMismatch(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === 'DataError'
  return error instanceof TypeError && /key/i.test(error.message)
}

/** `fetch` fails with a TypeError; jose reports other errors of a key set. */
function isUnavailable(error: unknown): boolean {
  const isFetch = error instanceof TypeError && /fetch/.test(error.message)
  return isFetch || error instanceof errors.JOSEError || error instanceof KeysPaused
}

function unavailable(cause: unknown): HTTPException {
  return new HTTPException(503, 'The keys that verify tokens cannot be fetched.', { cause })
}
