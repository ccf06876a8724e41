/** Authentication with JSON Web Tokens; needs the package jose. */

import type { Identity } from '../authentication/authentication.ts'
import { type BearerOptions, bearer, refusedBy } from '../authentication/bearer.ts'
import { gate, type Identifier } from '../authentication/gate.ts'
import {
  identifying,
  type RequiredCredentials,
  type SecuredIdentity,
  tokenScheme,
} from '../authentication/identifying.ts'
import { refusing } from '../authoring/refusing.ts'
import type { Connection } from '../connections.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, mustRange } from '../internal/must.ts'
import type { StateMiddleware } from '../types.ts'
import { assertClaims, type Claims, identityOf } from './jwt/claims.ts'
import { assertKeys, type JWTKeys } from './jwt/keys.ts'
import { type KeySetOptions, verifier } from './jwt/verify.ts'

export type { Claims } from './jwt/claims.ts'
export { scopesOf } from './jwt/claims.ts'
export { type IssueJWTOptions, issueJWT } from './jwt/issue.ts'
export type {
  FindKey,
  JWTKey,
  JWTKeyData,
  JWTKeyHeader,
  JWTKeyObject,
  JWTKeys,
  KeySource,
} from './jwt/keys.ts'

export interface JWTOptions<State = Record<string, unknown>, Found extends Identity = Identity>
  extends BearerOptions {
  /**
   * Keys that verify tokens: a key, a set of public keys (JWKS), its URL, or a function, async or not, that
   * gives one of these for each token, such as `() => settings.key` for what is known after the start only.
   */
  keys: JWTKeys
  /** Accepted signature algorithms; the algorithm that a token names is not trusted. */
  algorithms: readonly string[]
  /** Accepted issuers, one or a list (any). */
  issuer?: string | readonly string[]
  /** Accepted audiences, one or a list; null accepts any (only tokens without an audience). */
  audience?: string | readonly string[] | null
  /** The tolerated clock difference in seconds (0). */
  clockTolerance?: number
  /** The greatest age of a token in seconds, by its claim `iat` (any). */
  maxAge?: number
  /** The required `typ` of the token's header, such as 'at+jwt' (any). */
  type?: string
  /** Claims that must be present (['exp', 'sub']). */
  requiredClaims?: readonly string[]
  /** Returns the identity for claims, or null to reject them (the subject, with `scope` or `scp`). */
  identify?: (
    claims: Claims,
    connection: Connection<Record<string, unknown>, State>,
  ) => Found | null | Promise<Found | null>
  /** Milliseconds that fetching keys may take (5000); then the answer is 503. */
  fetchTimeoutMs?: number
  /**
   * Milliseconds before an unknown key causes a new fetch, and the longest pause after failed fetches;
   * the first pause is a second (30 000).
   */
  fetchCooldownMs?: number
  /** Milliseconds for which fetched keys are cached (600 000). */
  fetchMaxAgeMs?: number
  /** Called with the reason if keys cannot be fetched; the client gets 503 (console.error). */
  onError?: (error: unknown) => void
}

/**
 * Requires a token that is signed, not expired, and meant for this service. Its claims are
 * `request.auth.claims`, its scopes `request.auth.scopes`, its subject `request.user`.
 *
 * Other requests are answered as by `bearerAuth`, with the reason in `error_description`, and so are
 * websockets that pages of other sites open with the `cookie`. Only your keys are used: keys in a token's
 * header (`jwk`, `jku`, `x5u`) are ignored, and its `kid` only selects among yours. Tokens cannot be
 * revoked: make them short-lived, or look them up in `identify`.
 *
 * @throws TypeError if an option is invalid or would accept forged tokens.
 * @throws RangeError if a secret is too short.
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
  const middleware = gate('jwt', identifierOf('jwt', options))
  const fetches = options.keys instanceof URL ? [503] : []
  return refusing([...refusedBy(options), ...fetches], middleware)
}

/**
 * The same as a dependency: operations that use it, or are guarded by it, are secured in the document.
 * Its value is the identity, and `request.user` and `request.auth` are set too.
 *
 * @throws TypeError and RangeError as `jwt` does.
 * @example
 * const currentUser = jwtIdentity({ keys: crypto.getRandomValues(new Uint8Array(32)), algorithms: ['HS256'] })
 * const shown = operation({ use: { currentUser } }, ({ currentUser: { user } }) => reply(200, user.displayName))
 */
export function jwtIdentity<State = Record<string, unknown>, Found extends Identity = Identity>(
  options: RequiredCredentials<JWTOptions<State, Found>>,
): SecuredIdentity<Found> {
  const scheme = tokenScheme(options, 'JWT')
  return identifying('jwtIdentity', scheme, identifierOf('jwtIdentity', options), options.scopes)
}

function identifierOf<State>(where: string, options: JWTOptions<State>): Identifier<State> {
  knownOptions(
    where,
    options,
    'keys algorithms issuer audience clockTolerance maxAge type requiredClaims identify fetchTimeoutMs fetchCooldownMs fetchMaxAgeMs onError realm scopes cookie optional origins',
  )
  const { keys, algorithms, identify = identityOf, onError = console.error } = options
  assertKeys(keys, algorithms)
  assertOptions(options)
  const audience = options.audience ?? undefined
  const checks = { algorithms: [...algorithms], ...checksOf(options) }
  const verify = verifier(keys, fetchingOf(options), checks, onError)
  return bearer<State>(where, options, async (token, connection) => {
    const claims = await verify(token)
    assertClaims(claims, options.audience === null ? null : audience)
    const identity = await identify(claims, connection)
    return identity === null ? null : { claims, ...identity }
  })
}

/** The options under the names of jose; undefined ones are not checked. */
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
  const isHandler = onError === undefined || typeof onError === 'function'
  must('jwt', isHandler, 'onError must be a function', onError, 'Leave it out for console.error')
  for (const name of NUMBERS) {
    const { [name]: value = 0 } = options
    const isValid = typeof value === 'number' && value >= 0
    const fix = 'Leave it out for the default'
    mustRange('jwt', isValid, `${name} must be a number that is not negative`, value, fix)
  }
}
