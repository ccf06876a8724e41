/** Requires scopes of the user, around a single handler or as a middleware. */

import { Connection } from '../connections.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import type { HeadersInit } from '../http/headers.ts'
import { named } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Request } from '../requests.ts'
import { RedirectResponse } from '../responses/bodies.ts'
import type { Auth, Middleware } from '../types.ts'
import { WebSocket } from '../websockets.ts'

export interface RequiresOptions {
  /** The status of the response if a scope is missing (403). */
  status?: number
  /** Further fields of that response, such as `www-authenticate` for 401 (none). */
  headers?: HeadersInit
  /** The name of a route to redirect to instead, by 303, with the requested path as `?next=` (none). */
  redirect?: string
}

/** A handler of requests or of websockets. */
export type GuardedHandler =
  | ((request: Request<never, never>, ...rest: never[]) => unknown)
  | ((websocket: WebSocket<never, never>, ...rest: never[]) => unknown)

/** Wraps a handler with the check. The result has the type and properties of the handler. */
export type Guard = <Guarded extends GuardedHandler>(handler: Guarded) => Guarded

/**
 * Calls a handler only if `auth.scopes` has all of these; other requests get 403.
 *
 * A websocket without them is refused before it is accepted, whatever the options. The path in `next` is
 * relative to the host, so a redirect to it stays on this host. For a route, a mount or an application use
 * the middleware `requireScopes()`.
 *
 * @throws TypeError if no scope is given, RangeError if the status is invalid; when a
 * request arrives, TypeError if there is no authentication middleware.
 * @example
 * Route('/users/{id:int}', { get: show, delete: requires(['user', 'admin'])(home) })
 */
export function requires(scopes: string | readonly string[], options: RequiresOptions = {}): Guard {
  const { required, refuse } = checkOf('requires', scopes, options)
  return <Guarded extends GuardedHandler>(handler: Guarded): Guarded => {
    assertFunction(handler)
    // The arguments are passed on unchanged.
    const call = handler as unknown as (...args: unknown[]) => unknown
    const guard = (...args: unknown[]): unknown => {
      const [first] = args
      if (!(first instanceof Connection)) throw wrongArgument(first)
      if (hasScopes(first.auth, required)) return call(...args)
      return first instanceof WebSocket ? first.close() : refuse(first)
    }
    return likeOf(handler, guard)
  }
}

/**
 * Calls an app only if `auth.scopes` has all of these; other requests get 403, and websockets are refused.
 * It is the middleware of a route, a mount or an application; for a single handler use `requires()`.
 *
 * @throws TypeError if no scope is given, RangeError if the status is invalid; when a
 * request arrives, TypeError if there is no authentication middleware.
 * @example
 * Route('/account', home, { middleware: [requireScopes('user', { redirect: 'login' })] })
 */
export function requireScopes(
  scopes: string | readonly string[],
  options: RequiresOptions = {},
): Middleware {
  const { required, refuse } = checkOf('requireScopes', scopes, options)
  const middleware: Middleware = (app) => async (scope, receive, send) => {
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
  return named('requireScopes', middleware)
}

/** Whether `auth` has all required scopes. */
export function hasScopes(auth: Auth, required: readonly string[]): boolean {
  return required.every((scope) => auth.scopes.includes(scope))
}

interface Check {
  readonly required: readonly string[]
  /** Returns the redirect for a connection without the scopes, or throws the refusal. */
  readonly refuse: (connection: Connection) => RedirectResponse
}

function checkOf(
  where: string,
  scopes: string | readonly string[],
  options: RequiresOptions,
): Check {
  knownOptions(where, options, 'status headers redirect')
  const { status = 403, headers = {}, redirect } = options
  const refusal = (): HTTPException => new HTTPException(status, undefined, { headers })
  refusal() // throws if the status is invalid
  const refuse = (connection: Connection): RedirectResponse => {
    if (redirect === undefined) throw refusal()
    return new RedirectResponse(loginURL(connection, redirect), { status: 303 })
  }
  return { required: scopeList(where, scopes), refuse }
}

/**
 * Copies the properties of a function to another one, including the name, which becomes the name of a
 * route.
 */
function likeOf<Given extends GuardedHandler>(
  given: Given,
  like: (...args: unknown[]) => unknown,
): Given {
  const { prototype: _own, ...properties } = Object.getOwnPropertyDescriptors(given)
  Object.setPrototypeOf(like, Object.getPrototypeOf(given))
  Object.defineProperties(like, properties)
  return like as unknown as Given
}

/** Returns the URL of the login. In `next` several slashes at the beginning would be read as a host. */
function loginURL(connection: Connection, route: string): URL {
  const { pathname, search } = connection.url
  const login = connection.urlFor(route)
  const next = pathname.replace(/^\/{2,}/, '/') + search
  login.search = `?next=${encodeURIComponent(next)}`
  return login
}

function scopeList(where: string, scopes: string | readonly string[]): readonly string[] {
  const list = typeof scopes === 'string' ? [scopes] : scopes
  const isList = Array.isArray(list) && list.length > 0
  if (isList && list.every((scope) => typeof scope === 'string' && scope !== '')) return [...list]
  throw new TypeError(
    `${where}: it takes a scope or a list of them, ${JSON.stringify(scopes)} was given. Write ${where}('admin').`,
  )
}

function assertFunction(handler: unknown): void {
  if (typeof handler === 'function') return
  throw new TypeError(
    `requires: it must wrap a handler, ${handler === null ? 'null' : typeof handler} was given. Write requires('admin')(handler), or put requireScopes('admin') into a list of middleware.`,
  )
}

function wrongArgument(given: unknown): TypeError {
  const kind = given === null ? 'null' : given?.constructor?.name || typeof given
  return new TypeError(
    `requires: a handler must be called with a request or a websocket first, ${kind} was given. Put requireScopes() into the middleware of an app.`,
  )
}
