/** Issues tokens with jose, for services that are their own issuer. */
import { SignJWT } from 'jose'
import { check, checkRange } from '../../internal/checks.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import { assertKeys, type JWTKey } from './keys.ts'

export interface IssueJWTOptions {
  /** The secret or the private key that signs. */
  key: JWTKey
  /** The algorithm, such as 'HS256' or 'ES256'. */
  algorithm: string
  /** The id of the user, as the claim `sub`. */
  subject: string
  /** Seconds until the token expires (3600). */
  expiresIn?: number
  /** The claim `iss` (none). */
  issuer?: string
  /** The claim `aud` (none). */
  audience?: string | readonly string[]
  /** Scopes, as the claim `scope` (none). */
  scopes?: readonly string[]
  /** A unique id, as the claim `jti`, by which a token can be revoked (a random one). */
  id?: string
  /** The id of the key, for sets of keys (none). */
  keyId?: string
  /** Further claims (none). */
  claims?: Readonly<Record<string, unknown>>
}

/**
 * Issues a token that `jwt()` accepts with the same key, algorithm, issuer and audience.
 *
 * @throws TypeError if an option is invalid, or the algorithm does not fit the key; RangeError if a
 * secret is too short, or `expiresIn` is not positive.
 * @example
 * const key = crypto.getRandomValues(new Uint8Array(32))
 * const token = await issueJWT({ key, algorithm: 'HS256', subject: 'ada', scopes: ['read'] })
 */
export function issueJWT(options: IssueJWTOptions): Promise<string> {
  knownOptions(
    'issueJWT',
    options,
    'key algorithm subject expiresIn issuer audience scopes id keyId claims',
  )
  const { key, algorithm, subject, expiresIn = 3600, issuer, audience, scopes, keyId } = options
  const { id = crypto.randomUUID(), claims = {} } = options
  if (algorithm?.startsWith?.('HS')) assertKeys(key, [algorithm])
  const isSubject = typeof subject === 'string' && subject !== ''
  check(
    'issueJWT',
    isSubject,
    'the subject must be text that is not empty',
    subject,
    'Write the id of the user',
  )
  const isTime = typeof expiresIn === 'number' && expiresIn > 0 && Number.isFinite(expiresIn)
  checkRange(
    'issueJWT',
    isTime,
    'expiresIn must be a positive number of seconds',
    expiresIn,
    'Write 3600',
  )
  const now = Math.floor(Date.now() / 1000)
  const scope = scopes === undefined ? {} : { scope: scopes.join(' ') }
  const token = new SignJWT({ ...claims, ...scope })
    .setProtectedHeader({
      alg: algorithm,
      typ: 'JWT',
      ...(keyId === undefined ? {} : { kid: keyId }),
    })
    .setSubject(subject)
    .setJti(id)
    .setIssuedAt(now)
    .setExpirationTime(now + Math.ceil(expiresIn))
  if (issuer !== undefined) token.setIssuer(issuer)
  if (audience !== undefined)
    token.setAudience(typeof audience === 'string' ? audience : [...audience])
  return token.sign(key as Parameters<SignJWT['sign']>[0])
}
