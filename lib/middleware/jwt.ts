/** Asks for a JSON Web Token; needs the package jose. */

import type { Identity } from '../authentication/authentication.ts'
import { type BearerOptions, bearer } from '../authentication/bearer.ts'
import type { Connection } from '../connections.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { StateMiddleware } from '../types.ts'
import { assertClaims, type Claims, identityOf } from './jwt/claims.ts'
import { assertKeys, type JWTKeys } from './jwt/keys.ts'
import { type KeySetOptions, verifier } from './jwt/verify.ts'

export type { Claims } from './jwt/claims.ts'
export { scopesOf } from './jwt/claims.ts'
export type {
  FindKey,
  JWTKey,
  JWTKeyData,
  JWTKeyHeader,
  JWTKeyObject,
  JWTKeys,
} from './jwt/keys.ts'

export interface JWTOptions<State = Record<string, unknown>> extends BearerOptions {
  /** What tokens are verified by: a key, a set of public ones (JWKS), its URL, or a function. */
  keys: JWTKeys
  /** The algorithms that tokens may be signed with; those that a token names are no guide. */
  algorithms: readonly string[]
  /** Who may have issued the token, one or a list (anybody who has the key). */
  issuer?: string | readonly string[]
  /** Whom it must be for, one or a list; null takes any (tokens that name nobody). */
  audience?: string | readonly string[] | null
  /** The seconds that clocks may differ by (0). */
  clockTolerance?: number
  /** The seconds that a token may be old, by its claim `iat` (any). */
  maxAge?: number
  /** What the token's header must say of its type, such as 'at+jwt' (anything). */
  type?: string
  /** The claims that must be there (['exp', 'sub']). */
  requiredClaims?: readonly string[]
  /** Makes a user of the claims; null when it is none any more (the subject, with `scope` or `scp`). */
  identify?: (
    claims: Claims,
    connection: Connection<Record<string, unknown>, State>,
  ) => Identity | null | Promise<Identity | null>
  /** The milliseconds that fetching keys may take (5000); then the answer is 503. */
  fetchTimeoutMs?: number
  /**
   * The milliseconds before an unknown key makes them be fetched again, and the longest pause after a
   * fetch that failed: the first one is a second (30 000).
   */
  fetchCooldownMs?: number
  /** The milliseconds that fetched keys are kept (600 000). */
  fetchMaxAgeMs?: number
  /** Told why keys cannot be fetched; the client gets 503 (console.error). */
  onError?: (error: unknown) => void
}

/**
 * Lets those in who have a token that is signed, not expired, and meant for this service. Its claims are
 * `request.auth.claims`, its scopes `request.auth.scopes`, its subject `request.user`.
 *
 * Others are answered as by `bearerAuth`, with the reason in `error_description`, and so are websockets
 * that other sites' pages open by the `cookie`. Keys come from you alone: what a token's header says of
 * keys (`jwk`, `jku`, `x5u`) is not looked at, and its `kid` only chooses among yours. Tokens are not
 * revoked by being forgotten: keep them short-lived, or look them up in `identify`.
 *
 * @throws TypeError for options that would let forged tokens in, RangeError for a secret that is too short.
 * @example
 * const app = jwt({
 *   keys: new URL('https://login.example.org/.well-known/jwks.json'),
 *   algorithms: ['ES256'],
 *   issuer: 'https://login.example.org',
 *   audience: 'https://api.example.org',
 * })(Router([Route('/', ({ user }) => new PlainTextResponse(`hello ${user.displayName}`))]))
 */
export function jwt<State = Record<string, unknown>>(
  options: JWTOptions<State>,
): StateMiddleware<State> {
  knownOptions(
    'jwt',
    options,
    'keys algorithms issuer audience clockTolerance maxAge type requiredClaims identify fetchTimeoutMs fetchCooldownMs fetchMaxAgeMs onError realm scopes cookie optional origins',
  )
  const { keys, algorithms, identify = identityOf, onError = console.error } = options
  assertKeys(keys, algorithms)
  assertOptions(options)
  const audience = options.audience ?? undefined
  const checks = { algorithms: [...algorithms], ...checksOf(options) }
  const verify = verifier(keys, fetchingOf(options), checks, onError)
  return bearer<State>('jwt', options, async (token, connection) => {
    const claims = await verify(token)
    assertClaims(claims, options.audience === null ? null : audience)
    const identity = await identify(claims, connection)
    return identity === null ? null : { claims, ...identity }
  })
}

/** As jose names them; one that is undefined is not checked. */
function checksOf(options: JWTOptions<never>): Record<string, unknown> {
  const { issuer, audience, clockTolerance = 0, maxAge, type } = options
  const { requiredClaims = ['exp', 'sub'] } = options
  const checks = { issuer, audience: audience ?? undefined, maxTokenAge: maxAge, typ: type }
  const given = Object.entries(checks).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(given), clockTolerance, requiredClaims: [...requiredClaims] }
}

function fetchingOf(options: JWTOptions<never>): KeySetOptions {
  const { fetchTimeoutMs = 5_000, fetchCooldownMs = 30_000, fetchMaxAgeMs = 600_000 } = options
  return {
    timeoutDuration: fetchTimeoutMs,
    cooldownDuration: fetchCooldownMs,
    cacheMaxAge: fetchMaxAgeMs,
  }
}

const NUMBERS = [
  'clockTolerance',
  'maxAge',
  'fetchTimeoutMs',
  'fetchCooldownMs',
  'fetchMaxAgeMs',
] as const

function assertOptions(options: JWTOptions<never>): void {
  const { onError } = options
  if (onError !== undefined && typeof onError !== 'function') {
    throw new TypeError(
      `jwt: onError must be a function, ${typeof onError} was given. Leave it out for console.error.`,
    )
  }
  for (const name of NUMBERS) {
    const { [name]: value = 0 } = options
    if (typeof value === 'number' && value >= 0) continue
    throw new RangeError(
      `jwt: ${name} must be a number that is not negative, ${String(value)} was given. Leave it out for the default.`,
    )
  }
}
