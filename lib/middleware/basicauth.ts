/** Asks for a name and a password (RFC 7617). */

import { AuthenticationError, type Identity, SimpleUser } from '../authentication/authentication.ts'
import { assertRealm, challenge } from '../authentication/challenge.ts'
import { credentialsOf, MalformedCredentials, userPassword } from '../authentication/credentials.ts'
import { type FindIdentity, gate } from '../authentication/gate.ts'
import {
  type AllowedOrigins,
  assertAllowedOrigins,
  foreignSocket,
  isForeignSocket,
} from '../authentication/origins.ts'
import { SecretTable } from '../authentication/secrets.ts'
import type { Connection } from '../connections.ts'
import { HTTPException } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { StateMiddleware } from '../types.ts'

/**
 * Says who has this name and password; false, null or an AuthenticationError when nobody has.
 *
 * True stands for a SimpleUser of that name without scopes.
 */
export type VerifyPassword<State = Record<string, unknown>> = (
  username: string,
  password: string,
  connection: Connection<Record<string, unknown>, State>,
) => Identity | boolean | null | Promise<Identity | boolean | null>

export interface BasicAuthOptions<State = Record<string, unknown>> {
  /** Passwords by name, compared in constant time; this or `verify`. */
  users?: Readonly<Record<string, string>>
  /** Checks them in a way of your own, such as against a database; this or `users`. */
  verify?: VerifyPassword<State>
  /** What the browser shows when it asks ('Restricted'). */
  realm?: string
  /** Let requests without credentials pass, as nobody (false). */
  optional?: boolean
  /** Other origins whose pages may open websockets, as `https://admin.example.org`; '*' is any (none). */
  origins?: AllowedOrigins
}

/**
 * Lets those in who have a name and a password, and sets `request.user`; others get 401, upon which
 * browsers ask for them. A websocket is refused in the same way. Browsers remember a password and send
 * it with the websockets of any page, so one that a page of another origin opens gets 403.
 *
 * Names and passwords are UTF-8, composed by NFC. Credentials that cannot be read are wrong ones.
 * They cross the network as they are, so serve over https.
 *
 * @throws TypeError without exactly one of `users` and `verify`, or when one is not as it must be.
 * @example
 * const app = basicAuth({ users: { ada: 'correct horse' } })(
 *   Route('/', ({ user }) => new PlainTextResponse(`hello ${user.displayName}`)),
 * )
 */
export function basicAuth<State = Record<string, unknown>>(
  options: BasicAuthOptions<State>,
): StateMiddleware<State> {
  knownOptions('basicAuth', options, 'users verify realm optional origins')
  const { realm = 'Restricted', optional = false, origins = [] } = options
  assertAllowedOrigins('basicAuth', origins)
  assertRealm('basicAuth', realm)
  const verify = verifierOf(options)
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
  return gate('basicAuth', find, optional ? null : refusal)
}

function verifierOf<State>({ users, verify }: BasicAuthOptions<State>): VerifyPassword<State> {
  if (verify !== undefined && users === undefined && typeof verify === 'function') return verify
  if (verify !== undefined || typeof users !== 'object' || users === null) {
    throw new TypeError(
      `basicAuth: it takes either users or a function verify, users: ${typeof users} and verify: ${typeof verify} were given. Write users: { ada: password }.`,
    )
  }
  const entries = Object.entries(users)
  for (const [name, password] of entries) assertUser(name, password)
  // No name has a colon, so that the pair is read in one way only.
  const table = new SecretTable(
    entries.map(([name, password]) => [`${name}:${password}`.normalize('NFC'), true] as const),
  )
  return async (username, password) => table.find(`${username}:${password}`) ?? false
}

function assertUser(name: string, password: unknown): void {
  if (name.includes(':')) {
    throw new TypeError(
      `basicAuth: a name cannot have a colon, ${JSON.stringify(name)} was given. Choose another name.`,
    )
  }
  if (typeof password === 'string' && password !== '') return
  throw new TypeError(
    `basicAuth: the password of ${JSON.stringify(name)} must be text that is not empty, ${password === '' ? 'empty text' : typeof password} was given. Is a variable of the environment missing?`,
  )
}
