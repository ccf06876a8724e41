/** What the claims of a token must be beyond its signature, and what they say of the user. */
import {
  AuthenticationError,
  type Identity,
  SimpleUser,
} from '../../authentication/authentication.ts'

export type Claims = Readonly<Record<string, unknown>>

/**
 * Refuses what a verifier may overlook: times that are no finite numbers, such as `1e400`, and tokens
 * for an audience when there is none to compare with (RFC 7519 section 4.1.3).
 *
 * @throws AuthenticationError
 */
export function assertClaims(claims: Claims, audience: unknown): void {
  for (const name of ['exp', 'nbf', 'iat']) {
    const time = claims[name]
    if (time === undefined || (typeof time === 'number' && Number.isFinite(time))) continue
    throw new AuthenticationError(`The claim ${name} of the token is no time.`)
  }
  if (audience === undefined && claims['aud'] !== undefined) {
    throw new AuthenticationError('The token is for another audience.')
  }
}

/** The scopes of `scope`, words in a text (RFC 8693 section 4.2), or of `scp`, a text or a list. */
export function scopesOf(claims: Claims): string[] {
  const given = claims['scope'] ?? claims['scp']
  const list = typeof given === 'string' ? given.split(' ') : given
  if (!Array.isArray(list)) return []
  return list.filter((scope): scope is string => typeof scope === 'string' && scope !== '')
}

/** The user is the subject. */
export function identityOf(claims: Claims): Identity {
  const { sub } = claims as { sub?: unknown }
  if (sub !== undefined && (typeof sub !== 'string' || sub === '')) {
    throw new AuthenticationError('The claim sub of the token is no name.')
  }
  return { user: new SimpleUser(sub ?? ''), scopes: scopesOf(claims) }
}
