/** Bearer tokens and the answers to bad ones, as RFC 6750 has them. */

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
  /** What the client is told it needs a token for (nothing). */
  realm?: string
  /** The scopes that every token must have; others get 403 (none). */
  scopes?: readonly string[]
  /** The cookie that may hold the token instead of the Authorization field (none). */
  cookie?: string
  /** Let requests without a token pass, unauthenticated (false). */
  optional?: boolean
  /**
   * Other origins whose pages may open websockets by the cookie, as `https://admin.example.org`; '*' is
   * any (none).
   */
  origins?: AllowedOrigins
}

/** Finds the identity of a token; null, or an AuthenticationError with a reason, if it is not valid. */
export type VerifyToken<State = Record<string, unknown>, Found extends Identity = Identity> = (
  token: string,
  connection: Connection<Record<string, unknown>, State>,
) => Found | null | Promise<Found | null>

/** Why a token was refused. */
export interface BearerFault {
  readonly error: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  readonly description: string
}

const STATUS = { invalid_request: 400, invalid_token: 401, insufficient_scope: 403 } as const

/** What identifies connections by bearer tokens. */
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
    const identity = await verified(token, connection, verify, refusal)
    if (hasScopes({ scopes: identity.scopes ?? [] }, scopes)) return identity
    throw refusal({
      error: 'insufficient_scope',
      description: 'The token does not have the scopes that are needed.',
    })
  }
  return { find, missing: optional ? null : refusal }
}

/** The statuses that refuse a request; a malformed field is 400. */
export function refusedBy({ scopes = [] }: Pick<BearerOptions, 'scopes'>): readonly number[] {
  return scopes.length === 0 ? [400, 401] : [400, 401, 403]
}

/** Without a token, the client is told nothing but the scheme (RFC 6750 section 3.1). */
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
  /** Whether the browser has sent it by itself, for whichever page. */
  readonly isAmbient: boolean
}

/** A token in two places is refused (RFC 6750 section 2): which one counts could be argued about. */
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

async function verified<State>(
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
