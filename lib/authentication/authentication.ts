/** Users, what they may do, and the guard that asks for it; middleware finds out who they are. */

import { Connection } from '../connections.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import type { HeadersInit } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { RedirectResponse } from '../responses/bodies.ts'
import type { App, Auth, ConnectionScope, Receive, Scope, Send, User } from '../types.ts'
import { WebSocket } from '../websockets.ts'

export type { Auth, User } from '../types.ts'

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

export interface RequiresOptions {
  /** The status of the answer to those who lack a scope (403). */
  status?: number
  /** Further fields of that answer, such as `www-authenticate` for 401 (none). */
  headers?: HeadersInit
  /** The name of a route to send them to instead, by 303, with `?next=` the path they wanted. */
  redirect?: string
}

/**
 * Puts the guard around a handler or an app, whose type and properties stay.
 *
 * A route or a router would lose what a router looks at: give it the guard as `middleware`.
 */
export type Guard = <Guarded extends GuardedFunction>(guarded: Guarded) => Guarded

/** A handler of any kind, or an app without properties to look at. */
export type GuardedFunction = ((first: never, ...rest: never[]) => unknown) & {
  readonly kind?: never
}

/**
 * Lets only those through whose `auth.scopes` have all of these: as middleware of a route, a mount or
 * an application, or around a single handler.
 *
 * A websocket of others is refused before it is accepted, whatever the options. The path in `next` is
 * relative to the host, so that whoever redirects to it stays there.
 *
 * @throws TypeError when there is nothing to require, RangeError for a status that is none; while
 * serving, TypeError when nothing around authenticates.
 * @example
 * Router([
 *   Route('/account', home, { middleware: [requires('user', { redirect: 'login' })] }),
 *   Route('/users/{id:int}', { get: show, delete: requires(['user', 'admin'])(home) }),
 * ])
 */
export function requires(scopes: string | readonly string[], options: RequiresOptions = {}): Guard {
  knownOptions('requires', options, 'status headers redirect')
  const required = scopeList(scopes)
  const { status = 403, headers = {}, redirect } = options
  const refusal = (): HTTPException => new HTTPException(status, undefined, { headers })
  refusal() // which throws for a status that is none
  const refuse = (connection: Connection): RedirectResponse => {
    if (redirect === undefined) throw refusal()
    return new RedirectResponse(loginURL(connection, redirect), { status: 303 })
  }
  return <Guarded extends GuardedFunction>(guarded: Guarded): Guarded => {
    assertGuarded(guarded)
    // Handlers and apps differ in their arguments, which are handed on as they are.
    const call = guarded as unknown as (...args: unknown[]) => unknown
    const guard = (...args: unknown[]): unknown => {
      const [first] = args
      if (!(first instanceof Connection)) return guardApp(call as App, required, refuse, args)
      if (hasScopes(first.auth, required)) return call(...args)
      return first instanceof WebSocket ? first.close() : refuse(first)
    }
    return likeOf(guarded, guard)
  }
}

/** A function that has all that the other has: its name, by which routes are called, and its properties. */
function likeOf<Given extends GuardedFunction>(
  given: Given,
  like: (...args: unknown[]) => unknown,
): Given {
  const { prototype: _own, ...properties } = Object.getOwnPropertyDescriptors(given)
  Object.setPrototypeOf(like, Object.getPrototypeOf(given))
  Object.defineProperties(like, properties)
  return like as unknown as Given
}

/** Whether all of the required scopes are there. */
export function hasScopes(auth: Auth, required: readonly string[]): boolean {
  return required.every((scope) => auth.scopes.includes(scope))
}

async function guardApp(
  app: App,
  required: readonly string[],
  refuse: (connection: Connection) => RedirectResponse,
  args: readonly unknown[],
): Promise<void> {
  const [scope, receive, send] = args as [Scope, Receive, Send]
  if (typeof scope?.type !== 'string') throw wrongArgument(scope)
  if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
  const connection = new Connection(scope)
  if (hasScopes(connection.auth, required)) return app(scope, receive, send)
  if (scope.type === 'websocket') return send({ type: 'websocket.close', code: 1000 })
  let response: RedirectResponse
  try {
    response = refuse(connection)
  } catch (error) {
    return answerException(error, scope, receive, send)
  }
  await response.respond(scope, receive, send)
}

/** Several slashes at the beginning would name a host. */
function loginURL(connection: Connection, route: string): URL {
  const { pathname, search } = connection.url
  const login = connection.urlFor(route)
  const next = pathname.replace(/^\/{2,}/, '/') + search
  login.search = `?next=${encodeURIComponent(next)}`
  return login
}

function scopeList(scopes: string | readonly string[]): readonly string[] {
  const list = typeof scopes === 'string' ? [scopes] : scopes
  const isList = Array.isArray(list) && list.length > 0
  if (isList && list.every((scope) => typeof scope === 'string' && scope !== '')) return [...list]
  throw new TypeError(
    `requires: it takes a scope or a list of them, ${JSON.stringify(scopes)} was given. Write requires('admin').`,
  )
}

function assertGuarded(guarded: unknown): void {
  if (typeof guarded === 'function') return
  throw new TypeError(
    `requires: it goes around an app or a handler, ${guarded === null ? 'null' : typeof guarded} was given. Write requires('admin')(handler), or put requires('admin') into a list of middleware.`,
  )
}

function wrongArgument(given: unknown): TypeError {
  const kind = given === null ? 'null' : given?.constructor?.name || typeof given
  return new TypeError(
    `requires: what it guards must be called with a request, a websocket or a scope first, ${kind} was given. Hand the request on as first argument.`,
  )
}
