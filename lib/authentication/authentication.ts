/** Users, what they may do, and the guard that asks for it; middleware finds out who they are. */

import type { Auth, ConnectionScope, User } from '../types.ts'

export type { Auth, User } from '../types.ts'
export {
  type Guard,
  type GuardedHandler,
  hasScopes,
  type RequiresOptions,
  requireScopes,
  requires,
} from './requires.ts'

/** Somebody who is known, by a name. */
export class SimpleUser implements User {
  readonly username: string

  constructor(username: string) {
    this.username = username
  }

  get isAuthenticated(): boolean {
    return true
  }

  get displayName(): string {
    return this.username
  }
}

/** Nobody in particular. */
export class UnauthenticatedUser implements User {
  get isAuthenticated(): boolean {
    return false
  }

  get displayName(): string {
    return ''
  }
}

/** What is found out about a connection: a user, and what the user may do. */
export interface Identity {
  readonly user: User
  /** What `requires` asks for (none). */
  readonly scopes?: readonly string[] | undefined
  /** What a token says (none). */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Credentials that are wrong, as opposed to none; its message is shown to the client.
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
 * Writes into a scope who the connection is from; null is nobody in particular.
 *
 * @throws TypeError when that is no identity, so that a mistake is not taken for a user.
 */
export function identify(scope: ConnectionScope, identity: Identity | null, where: string): void {
  const { user, scopes = [], claims } = identity ?? { user: new UnauthenticatedUser() }
  const isUser = typeof user?.isAuthenticated === 'boolean' && typeof user.displayName === 'string'
  if (!isUser || !Array.isArray(scopes)) {
    throw new TypeError(
      `${where}: it must give { user, scopes } or null, ${user === undefined ? 'no user' : 'something else'} was given. Write { user: new SimpleUser(name), scopes: ['admin'] }.`,
    )
  }
  const auth: Auth = claims === undefined ? { scopes } : { scopes, claims }
  scope.user = user
  scope.auth = auth
}
