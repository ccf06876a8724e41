/** Checks the claims of a verified token, and derives the identity from them. */
import {
  AuthenticationError,
  type Identity,
  SimpleUser,
} from '../../authentication/authentication.ts'

/** The claims of a verified token by name. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * Rejects claims that jose accepts: times that are not finite numbers, such as `1e400`, and an audience if
 * none is configured (RFC 7519 section 4.1.3).
 *
 * @throws AuthenticationError if a claim is invalid.
 */
export function assertClaims(claims: Claims, audience: unknown): void {
  for (const name of ['exp', 'nbf', 'iat']) {
    const time = claims[name]
    if (time === undefined || (typeof time === 'number' && Number.isFinite(time))) continue
    throw new AuthenticationError(`The claim ${name} of the token is not a time.`)
  }
  if (audience === undefined && claims['aud'] !== undefined) {
    throw new AuthenticationError('The token is for another audience.')
  }
}

/**
 * Returns the scopes from `scope` or `scp`, a list or a text separated by spaces (RFC 8693 section 4.2).
 */
export function scopesOf(claims: Claims): string[] {
  const given = claims['scope'] ?? claims['scp']
  const list = typeof given === 'string' ? given.split(' ') : given
  if (!Array.isArray(list)) return []
  return list.filter((scope): scope is string => typeof scope === 'string' && scope !== '')
}

/** Returns an identity whose user is the subject. */
export function identityOf(claims: Claims): Identity {
  const { sub } = claims as { sub?: unknown }
  if (sub !== undefined && (typeof sub !== 'string' || sub === '')) {
    throw new AuthenticationError('The claim sub of the token is not a name.')
  }
  return { user: new SimpleUser(sub ?? ''), scopes: scopesOf(claims) }
}
