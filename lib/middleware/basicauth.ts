/** HTTP Basic authentication: a name and a password (RFC 7617). */

import { AuthenticationError, type Identity, SimpleUser } from '../authentication/authentication.ts'
import { assertRealm, challenge } from '../authentication/challenge.ts'
import { credentialsOf, MalformedCredentials, userPassword } from '../authentication/credentials.ts'
import { type FindIdentity, gate, type Identifier } from '../authentication/gate.ts'
import {
  type IdentityOptions,
  identityDependency,
  type SecuredIdentity,
} from '../authentication/identifying.ts'
import {
  type AllowedOrigins,
  assertAllowedOrigins,
  foreignSocket,
  isForeignSocket,
} from '../authentication/origins.ts'
import { SecretTable } from '../authentication/secrets.ts'
import { refusing } from '../authoring/refusing.ts'
import type { Connection } from '../connections.ts'
import { HTTPException } from '../exceptions.ts'
import { named } from '../internal/apps.ts'
import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { StateMiddleware } from '../types.ts'

/**
 * Returns the identity for a name and a password, or true for a SimpleUser of that name without scopes.
 *
 * Rejects with false, null or an AuthenticationError.
 */
export type VerifyPassword<State = Record<string, unknown>, Found extends Identity = Identity> = (
  username: string,
  password: string,
  connection: Connection<Record<string, unknown>, State>,
) => Found | boolean | null | Promise<Found | boolean | null>

export interface BasicAuthOptions<
  State = Record<string, unknown>,
  Found extends Identity = Identity,
> {
  /** Passwords by name, compared in constant time; give either this or `verify`. */
  users?: Readonly<Record<string, string>>
  /** Checks a name and a password, for example against a database; give either this or `users`. */
  verify?: VerifyPassword<State, Found>
  /** The text that browsers show in the login dialog ('Restricted'). */
  realm?: string
  /** Whether requests without credentials pass unauthenticated (false). */
  optional?: boolean
  /** Other origins whose pages may open websockets (none); `'*'` allows any. */
  origins?: AllowedOrigins
}

/**
 * Requires a name and a password, and sets `request.user`. Other requests and websockets get 401, and
 * browsers then ask for the password. Browsers remember it and send it with websockets that any page
 * opens, so a websocket from another origin gets 403.
 *
 * Names and passwords are UTF-8, normalised to NFC. Malformed credentials get the same response as wrong
 * ones. Basic authentication sends passwords unencrypted, so serve over https.
 *
 * @throws TypeError unless exactly one of `users` and `verify` is given, or if an option is invalid.
 * @example
 * const app = basicAuth({ users: { ada: 'correct horse' } })(
 *   Route('/', ({ user }) => new PlainTextResponse(`hello ${user.displayName}`)),
 * )
 */
export function basicAuth<State = Record<string, unknown>>(
  options: BasicAuthOptions<State>,
): StateMiddleware<State> {
  return named('basicAuth', refusing([401], gate('basicAuth', identifierOf('basicAuth', options))))
}

/**
 * Returns the same check as a dependency. The OpenAPI document adds its security scheme to the operations
 * that use the dependency or are guarded by it. Its value is the identity, or undefined without credentials if
 * it is `optional`. `request.user` is set too.
 *
 * @throws TypeError if an option is invalid.
 * @example
 * const staff = basicIdentity({ users: { ada: 'correct horse' } })
 * const shown = operation({ use: { staff } }, ({ staff: { user } }) => reply(200, user.displayName))
 */
export function basicIdentity<
  State = Record<string, unknown>,
  Found extends Identity = Identity,
  const Optional extends boolean = false,
>(
  options: IdentityOptions<BasicAuthOptions<State, Found>, Optional>,
): SecuredIdentity<Found, Optional> {
  const scheme = { type: 'http', scheme: 'basic' } as const
  return identityDependency('basicIdentity', scheme, identifierOf('basicIdentity', options))
}

function identifierOf<State>(where: string, options: BasicAuthOptions<State>): Identifier<State> {
  knownOptions(where, options, 'users verify realm optional origins')
  const { realm = 'Restricted', optional = false, origins = [] } = options
  assertAllowedOrigins(where, origins)
  assertRealm(where, realm)
  const verify = verifierOf(where, options)
  const headers = { 'www-authenticate': challenge('Basic', { realm, charset: 'UTF-8' }) }
  const refusal = (detail?: string): HTTPException => new HTTPException(401, detail, { headers })
  const find: FindIdentity<State> = async (connection, scope) => {
    try {
      const credentials = credentialsOf(connection.headers, 'basic')
      if (credentials === null) return null
      if (isForeignSocket(scope, origins)) throw foreignSocket()
      const { username, password } = userPassword(credentials)
      const identity = await verify(username, password, connection)
      if (identity === true) return { user: new SimpleUser(username) }
      if (identity !== false && identity !== null) return identity
    } catch (error) {
      if (error instanceof AuthenticationError) throw refusal(error.message)
      if (!(error instanceof MalformedCredentials)) throw error
    }
    throw refusal()
  }
  return { find, missing: optional ? null : refusal }
}

function verifierOf<State>(
  where: string,
  { users, verify }: BasicAuthOptions<State>,
): VerifyPassword<State> {
  if (verify !== undefined && users === undefined && typeof verify === 'function') return verify
  if (verify !== undefined || typeof users !== 'object' || users === null) {
    throw new TypeError(
      `${where}: it takes either users or a function verify, users: ${typeof users} and verify: ${typeof verify} were given. Write users: { ada: password }.`,
    )
  }
  const fix = 'Write users: { ada: password }'
  check(where, !Array.isArray(users), 'users must be an object of passwords', users, fix)
  const entries = Object.entries(users)
  for (const [name, password] of entries) assertUser(where, name, password)
  // Names cannot contain a colon, so the pair is unambiguous.
  const table = new SecretTable(
    entries.map(([name, password]) => [`${name}:${password}`.normalize('NFC'), true] as const),
  )
  return async (username, password) => table.find(`${username}:${password}`) ?? false
}

function assertUser(where: string, name: string, password: unknown): void {
  check(where, !name.includes(':'), 'a name cannot have a colon', name, 'Choose another name')
  check(
    where,
    typeof password === 'string' && password !== '',
    `the password of ${JSON.stringify(name)} must be text that is not empty`,
    password,
    'Check whether an environment variable is missing',
  )
}
