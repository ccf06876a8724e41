/** Authentication with JSON Web Tokens; needs the package jose. */

import type { Identity } from '../authentication/authentication.ts'
import { type BearerOptions, bearer, refusedBy } from '../authentication/bearer.ts'
import { gate, type Identifier } from '../authentication/gate.ts'
import {
  type IdentityOptions,
  identityDependency,
  type SecuredIdentity,
  tokenScheme,
} from '../authentication/identifying.ts'
import { refusing } from '../authoring/refusing.ts'
import type { Connection } from '../connections.ts'
import { named } from '../internal/apps.ts'
import { checkFunction, checkRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
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
   * Keys that verify tokens: a key, a set of public keys (JWKS), its URL, or a function, async or not,
   * that returns one of these for each token, for example `() => settings.key` if the key is loaded later.
   */
  keys: JWTKeys
  /** Accepted signature algorithms. The algorithm in the header of a token is not trusted. */
  algorithms: readonly string[]
  /** Accepted issuers, one or a list (any). */
  issuer?: string | readonly string[]
  /** Accepted audiences, one or a list; null accepts any (only tokens without an audience). */
  audience?: string | readonly string[] | null
  /** The tolerated clock difference in seconds (0). */
  clockTolerance?: number
  /** The maximum age of a token in seconds, by its claim `iat` (any). */
  maxAge?: number
  /** The required `typ` of the token's header, such as 'at+jwt' (any). */
  type?: string
  /** Claims that must be present (['exp', 'sub']). */
  requiredClaims?: readonly string[]
  /**
   * Returns the identity for the claims, or null to reject them (the user is the subject, the scopes are
   * those of `scope` or `scp`).
   */
  identify?: (
    claims: Claims,
    connection: Connection<Record<string, unknown>, State>,
  ) => Found | null | Promise<Found | null>
  /** Milliseconds that fetching keys may take (5000). After that the response is 503. */
  fetchTimeoutMs?: number
  /**
   * Milliseconds that must pass after a fetch before an unknown key causes a new one (30 000). It is also
   * the longest pause after failed fetches; the first pause is a second.
   */
  fetchCooldownMs?: number
  /** Milliseconds for which fetched keys are cached (600 000). */
  fetchMaxAgeMs?: number
  /** Called with the error if keys cannot be fetched and the client gets 503 (console.error). */
  onError?: (error: unknown) => void
}

/**
 * Requires a token that is signed, not expired, and meant for this service. Its claims are
 * `request.auth.claims`, its scopes `request.auth.scopes`, its subject `request.user`.
 *
 * Other requests get the same responses as from `bearerAuth`, with the reason in `error_description`. So
 * do websockets that pages of other sites open with the `cookie`. Only the keys of the option are used:
 * keys in a token's header (`jwk`, `jku`, `x5u`) are ignored, and its `kid` only selects one of the given
 * keys. Tokens cannot be revoked: make them short-lived, or look them up in `identify`.
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
  return named('jwt', refusing([...refusedBy(options), ...fetches], middleware))
}

/**
 * Returns the same check as a dependency. The OpenAPI document adds its security scheme to the operations
 * that use the dependency or are guarded by it. Its value is the identity, or undefined without credentials if
 * it is `optional`. `request.user` and
 * `request.auth` are set too.
 *
 * @throws TypeError or RangeError in the same cases as `jwt`.
 * @example
 * const currentUser = jwtIdentity({ keys: crypto.getRandomValues(new Uint8Array(32)), algorithms: ['HS256'] })
 * const shown = operation({ use: { currentUser } }, ({ currentUser: { user } }) => reply(200, user.displayName))
 */
export function jwtIdentity<
  State = Record<string, unknown>,
  Found extends Identity = Identity,
  const Optional extends boolean = false,
>(options: IdentityOptions<JWTOptions<State, Found>, Optional>): SecuredIdentity<Found, Optional> {
  const scheme = tokenScheme(options, 'JWT')
  return identityDependency(
    'jwtIdentity',
    scheme,
    identifierOf('jwtIdentity', options),
    options.scopes,
  )
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

/**
 * Returns the options under the names that jose uses. Undefined ones are left out, so jose does not check
 * them.
 */
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
    timeoutDuration: Math.min(Math.ceil(fetchTimeoutMs), 2 ** 31 - 1), // as timers allow
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
  const { onError, identify } = options
  checkFunction('jwt', 'onError', onError, 'Leave it out for console.error')
  checkFunction('jwt', 'identify', identify, 'Write ({ sub }) => …')
  for (const name of NUMBERS) {
    const { [name]: value = 0 } = options
    const isValid = typeof value === 'number' && value >= 0
    const fix = 'Leave it out for the default'
    checkRange('jwt', isValid, `${name} must be a number that is not negative`, value, fix)
  }
}
