/** Makes the refusals of secured operations, with the challenges of all accepted schemes. */
import { HTTPException } from '../exceptions.ts'
import type { Headers } from '../http/headers.ts'
import { challenge, describable } from './challenge.ts'
import type { SecurityNeed, SecurityScheme } from './schemes.ts'

/** Whether an error is a 401, which requests the client to authenticate. */
export function isUnauthenticated(error: unknown): error is HTTPException {
  return error instanceof HTTPException && error.status === 401
}

/** Makes the refusal of a client without valid credentials. */
export function unauthenticated(needs: readonly SecurityNeed[]): HTTPException {
  const error = new HTTPException(401)
  for (const { scheme } of needs) addChallenge(error.headers, challengeOf(scheme))
  return error
}

/**
 * Makes the refusal of a user without the scopes. For bearer tokens the challenge lists the required
 * scopes (RFC 6750 section 3.1).
 */
export function insufficient(needs: readonly SecurityNeed[]): HTTPException {
  const error = new HTTPException(403, 'The user does not have the scopes that are needed.')
  for (const { scheme, scopes } of needs) {
    if (challengeOf(scheme) !== 'Bearer') continue
    const scope = describable(scopes.join(' '))
    addChallenge(error.headers, challenge('Bearer', { error: 'insufficient_scope', scope }))
  }
  return error
}

/**
 * Returns the challenge, which shows clients how to authenticate. Cookies, keys and certificates have
 * none.
 */
export function challengeOf(scheme: SecurityScheme): string | undefined {
  if (scheme.type === 'oauth2' || scheme.type === 'openIdConnect') return 'Bearer'
  if (scheme.type !== 'http') return undefined
  const name = scheme.scheme.charAt(0).toUpperCase() + scheme.scheme.slice(1).toLowerCase()
  return name === 'Basic' ? challenge(name, { realm: 'Restricted', charset: 'UTF-8' }) : name
}

/**
 * Adds a challenge, unless there is one of its scheme. Each challenge has its own field, because some
 * clients confuse the commas between challenges with those between parameters (RFC 9110 section 11.6.1).
 */
export function addChallenge(headers: Headers, field: string | undefined): void {
  if (field === undefined) return
  const known = headers.getAll('www-authenticate').flatMap(schemesIn)
  if (!known.includes(schemesIn(field)[0])) headers.append('www-authenticate', field)
}

/**
 * Returns the schemes of all challenges in a field. A scheme is a word that is not followed by an equals
 * sign.
 */
function schemesIn(field: string): (string | undefined)[] {
  const unquoted = field.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  const schemes = unquoted.matchAll(/(?:^|,)\s*([!#$%&'*+.^`|~\w-]+)(?=\s*(?:,|$|\s[^\s=]))/g)
  return Array.from(schemes, ([, name]) => name?.toLowerCase())
}
