/** Users, their scopes, and the error for invalid credentials. Middleware identifies the users. */

import { check } from '../internal/checks.ts'
import type { Auth, ConnectionScope, User } from '../types.ts'

export type { Auth, User } from '../types.ts'
export { bearerToken } from './bearertoken.ts'
export {
  type Guard,
  type GuardedHandler,
  hasScopes,
  type RequiresOptions,
  requireScopes,
  requires,
} from './requires.ts'
export { type Secret, secret } from './secret.ts'

/** An authenticated user with a name. */
export class SimpleUser implements User {
  readonly username: string

  /** @throws TypeError if the name is not text. */
  constructor(username: string) {
    const isText = typeof username === 'string'
    check('SimpleUser', isText, 'the name must be text', username, "Write new SimpleUser('ada')")
    this.username = username
  }

  get isAuthenticated(): boolean {
    return true
  }

  get displayName(): string {
    return this.username
  }
}

/** The user of a connection without credentials. */
export class UnauthenticatedUser implements User {
  get isAuthenticated(): boolean {
    return false
  }

  get displayName(): string {
    return ''
  }
}

/** The user of a connection, and the user's permissions. */
export interface Identity {
  readonly user: User
  /** The scopes that `requires` checks (none). */
  readonly scopes?: readonly string[] | undefined
  /** The claims of a token (none). */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/**
 * The credentials are invalid, not missing. The message is shown to the client.
 *
 * @example
 * throw new AuthenticationError('The session has been closed.')
 */
export class AuthenticationError extends Error {
  constructor(message = 'The credentials are not valid.', options?: ErrorOptions) {
    super(message, options)
    this.name = 'AuthenticationError'
  }
}

/**
 * Sets the user of a scope. Null means an UnauthenticatedUser.
 *
 * @throws TypeError if the value is neither an identity nor null.
 */
export function identify(scope: ConnectionScope, identity: Identity | null, where: string): void {
  const { user, scopes = [], claims } = identity ?? { user: new UnauthenticatedUser() }
  const isUser = typeof user?.isAuthenticated === 'boolean' && typeof user.displayName === 'string'
  if (!isUser || !Array.isArray(scopes)) {
    throw new TypeError(
      `${where}: it must return { user, scopes } or null, ${user === undefined ? 'no user' : 'something else'} was given. Write { user: new SimpleUser(name), scopes: ['admin'] }.`,
    )
  }
  const auth: Auth = claims === undefined ? { scopes } : { scopes, claims }
  scope.user = user
  scope.auth = auth
}
