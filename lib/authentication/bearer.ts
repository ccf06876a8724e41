/** Checks bearer tokens, and refuses invalid ones (RFC 6750). */

import type { Connection } from '../connections.ts'
import { HTTPException } from '../exceptions.ts'
import { isHeaderName } from '../http/headers.ts'
import { AuthenticationError, hasScopes, type Identity } from './authentication.ts'
import { assertRealm, challenge, describable } from './challenge.ts'
import { credentialsOf, MalformedCredentials } from './credentials.ts'
import type { FindIdentity, Identifier } from './gate.ts'
import {
  type AllowedOrigins,
  assertAllowedOrigins,
  foreignSocket,
  isForeignSocket,
} from './origins.ts'

export interface BearerOptions {
  /** The realm in the challenge, which describes what needs a token (none). */
  realm?: string
  /** The scopes that every token must have; others get 403 (none). */
  scopes?: readonly string[]
  /** The cookie that may hold the token instead of the Authorization field (none). */
  cookie?: string
  /** Whether requests without a token pass unauthenticated (false). */
  optional?: boolean
  /**
   * Other origins, such as `https://admin.example.org`, whose pages may open websockets with the cookie
   * (none). `'*'` allows any.
   */
  origins?: AllowedOrigins
}

/**
 * Returns the identity of a token. For an invalid token it returns null, or throws an AuthenticationError
 * with the reason.
 */
export type VerifyToken<State = Record<string, unknown>, Found extends Identity = Identity> = (
  token: string,
  connection: Connection<Record<string, unknown>, State>,
) => Found | null | Promise<Found | null>

/** The reason why a token was refused. */
interface BearerFault {
  readonly error: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  readonly description: string
}

const STATUS = { invalid_request: 400, invalid_token: 401, insufficient_scope: 403 } as const

/** Returns the identifier that checks bearer tokens. */
export function bearer<State>(
  where: string,
  options: BearerOptions,
  verify: VerifyToken<State>,
): Identifier<State> {
  const { realm, scopes = [], cookie, optional = false, origins = [] } = options
  assertOptions(where, options)
  const refusal = (fault?: BearerFault): HTTPException => refuse(fault, realm, scopes)
  const find: FindIdentity<State> = async (connection, scope) => {
    const { token, isAmbient } = tokenOf(connection, cookie, refusal)
    if (token === null) return null
    if (isAmbient && isForeignSocket(scope, origins)) throw foreignSocket()
    const identity = await verifyToken(token, connection, verify, refusal)
    if (hasScopes({ scopes: identity.scopes ?? [] }, scopes)) return identity
    throw refusal({
      error: 'insufficient_scope',
      description: 'The token does not have the scopes that are needed.',
    })
  }
  return { find, missing: optional ? null : refusal }
}

/** Returns the statuses with which a request may be refused. 400 is for a malformed field. */
export function refusedBy({ scopes = [] }: Pick<BearerOptions, 'scopes'>): readonly number[] {
  return scopes.length === 0 ? [400, 401] : [400, 401, 403]
}

/** Makes the refusal. Without a token, its challenge has no error (RFC 6750 section 3.1). */
export function refuse(
  fault: BearerFault | undefined,
  realm: string | undefined,
  scopes: readonly string[],
): HTTPException {
  const scope = scopes.length === 0 ? undefined : describable(scopes.join(' '))
  const error = fault && { error: fault.error, error_description: describable(fault.description) }
  const headers = { 'www-authenticate': challenge('Bearer', { realm, ...error, scope }) }
  return new HTTPException(fault ? STATUS[fault.error] : 401, fault?.description, { headers })
}

interface FoundToken {
  readonly token: string | null
  /** Whether the browser adds it automatically, for pages of any site. */
  readonly isAmbient: boolean
}

/**
 * Returns the token. Tokens in two places are refused (RFC 6750 section 2), because they are ambiguous.
 */
function tokenOf(
  { headers, cookies }: Pick<Connection, 'headers' | 'cookies'>,
  cookie: string | undefined,
  refusal: (fault: BearerFault) => HTTPException,
): FoundToken {
  try {
    const token = credentialsOf(headers, 'bearer')
    const stored = cookie === undefined ? undefined : cookies[cookie]
    if (stored === undefined) return { token, isAmbient: false }
    if (token === null) return { token: stored, isAmbient: true }
    throw new MalformedCredentials('There is a token in the Authorization field and in a cookie.')
  } catch (error) {
    if (!(error instanceof MalformedCredentials)) throw error
    throw refusal({ error: 'invalid_request', description: error.message })
  }
}

async function verifyToken<State>(
  token: string,
  connection: Connection<Record<string, unknown>, State>,
  verify: VerifyToken<State>,
  refusal: (fault: BearerFault) => HTTPException,
): Promise<Identity> {
  let description = 'The token is not valid.'
  try {
    const identity = await verify(token, connection)
    if (identity !== null) return identity
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error
    description = error.message
  }
  throw refusal({ error: 'invalid_token', description })
}

function assertOptions(where: string, options: BearerOptions): void {
  const { realm, scopes = [], cookie, origins } = options
  assertAllowedOrigins(where, origins)
  if (realm !== undefined) assertRealm(where, realm)
  const isScope = (scope: unknown): boolean =>
    typeof scope === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)
  if (!Array.isArray(scopes) || !scopes.every(isScope)) {
    throw new TypeError(
      `${where}: scopes must be a list of words without spaces, quotes or backslashes, ${JSON.stringify(scopes)} was given. Write scopes: ['read', 'write'].`,
    )
  }
  if (cookie === undefined || (typeof cookie === 'string' && isHeaderName(cookie))) return
  throw new TypeError(
    `${where}: cookie must be the name of a cookie, ${JSON.stringify(cookie)} was given. Write cookie: 'token'.`,
  )
}
