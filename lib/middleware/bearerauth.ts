/** Bearer token authentication (RFC 6750). */

import type { Identity } from '../authentication/authentication.ts'
import {
  type BearerOptions,
  bearer,
  refusedBy,
  type VerifyToken,
} from '../authentication/bearer.ts'
import { gate, type Identifier } from '../authentication/gate.ts'
import {
  type IdentityOptions,
  identityDependency,
  type SecuredIdentity,
  tokenScheme,
} from '../authentication/identifying.ts'
import { SecretTable } from '../authentication/secrets.ts'
import { refusing } from '../authoring/refusing.ts'
import { named } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { StateMiddleware } from '../types.ts'

export interface BearerAuthOptions<
  State = Record<string, unknown>,
  Found extends Identity = Identity,
> extends BearerOptions {
  /** Identities by token, compared in constant time; give either this or `verify`. */
  tokens?: Readonly<Record<string, Found>>
  /** Looks a token up, for example in a database; give either this or `tokens`. */
  verify?: VerifyToken<State, Found>
}

/**
 * Requires a token, and sets `request.user` and `request.auth`.
 *
 * Other requests get the responses of RFC 6750: 401 without a token, 401 `invalid_token` for an invalid
 * token, 400 `invalid_request` for several tokens or a malformed one, 403 `insufficient_scope` if some of
 * `scopes` are missing. Websockets are denied with the same responses. The token is read from the
 * Authorization field, and from a cookie if `cookie` names one. Pages of other sites can make a browser
 * send that cookie: a websocket that such a page opens gets 403, unless `origins` lists its origin. For
 * requests that change something, add `csrf()`.
 *
 * @throws TypeError unless exactly one of `tokens` and `verify` is given, or if an option is invalid.
 * @example
 * const robot = { user: new SimpleUser('robot'), scopes: ['deploy'] }
 * const app = bearerAuth({ tokens: { 'x4KqV0p7mZ': robot }, scopes: ['deploy'] })(
 *   Route('/deploy', ({ user }) => new PlainTextResponse(user.displayName), { methods: ['POST'] }),
 * )
 */
export function bearerAuth<State = Record<string, unknown>>(
  options: BearerAuthOptions<State>,
): StateMiddleware<State> {
  const identifier = identifierOf('bearerAuth', options) // first: it checks the options
  return named('bearerAuth', refusing(refusedBy(options), gate('bearerAuth', identifier)))
}

/**
 * Returns the same check as a dependency. The OpenAPI document adds its security scheme to the operations
 * that use the dependency or are guarded by it. Its value is the identity, or undefined without credentials if
 * it is `optional`. `request.user` and
 * `request.auth` are set too.
 *
 * @throws TypeError if an option is invalid.
 * @example
 * const robot = bearerIdentity({ tokens: { 'x4KqV0p7mZ': { user: new SimpleUser('robot') } } })
 * const shown = operation({ guards: [robot.requiring('deploy')] }, () => reply(204))
 */
export function bearerIdentity<
  State = Record<string, unknown>,
  Found extends Identity = Identity,
  const Optional extends boolean = false,
>(
  options: IdentityOptions<BearerAuthOptions<State, Found>, Optional>,
): SecuredIdentity<Found, Optional> {
  const identifier = identifierOf('bearerIdentity', options)
  return identityDependency('bearerIdentity', tokenScheme(options), identifier, options.scopes)
}

function identifierOf<State>(where: string, options: BearerAuthOptions<State>): Identifier<State> {
  knownOptions(where, options, 'tokens verify realm scopes cookie optional origins')
  return bearer(where, options, verifierOf(where, options))
}

function verifierOf<State>(
  where: string,
  { tokens, verify }: BearerAuthOptions<State>,
): VerifyToken<State> {
  if (verify !== undefined && tokens === undefined && typeof verify === 'function') return verify
  if (verify !== undefined || typeof tokens !== 'object' || tokens === null) {
    throw new TypeError(
      `${where}: it takes either tokens or a function verify, tokens: ${typeof tokens} and verify: ${typeof verify} were given. Write tokens: { [token]: { user, scopes } }.`,
    )
  }
  const entries = Object.entries(tokens)
  for (const [token] of entries) {
    if (/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) continue
    throw new TypeError(
      `${where}: a token may contain only letters, digits and -._~+/ and end with =, a token with other characters was given. Check whether an environment variable is missing.`,
    )
  }
  const table = new SecretTable(entries)
  return async (token) => table.find(token) ?? null
}
