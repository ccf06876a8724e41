/** Authenticates connections with your own backends. */

import { AuthenticationError, type Identity, identify } from '../authentication/authentication.ts'
import {
  type AllowedOrigins,
  assertAllowedOrigins,
  foreignSocket,
  isForeignSocket,
} from '../authentication/origins.ts'
import { Connection } from '../connections.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { named } from '../internal/apps.ts'
import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type AnyResponse, toApp } from '../responses/response.ts'
import type { App, StateMiddleware } from '../types.ts'

/**
 * Returns the identity of a connection, or null if it carries no credentials for this backend.
 *
 * A backend throws an AuthenticationError for invalid credentials.
 */
export type Backend<State = Record<string, unknown>> = (
  connection: Connection<Record<string, unknown>, State>,
) => Identity | null | Promise<Identity | null>

/** Returns the response to invalid credentials. */
export type AuthenticationErrorHandler<State = Record<string, unknown>> = (
  connection: Connection<Record<string, unknown>, State>,
  error: AuthenticationError,
) => AnyResponse | App | Promise<AnyResponse | App>

export interface AuthenticationOptions<State = Record<string, unknown>> {
  /** The backends, called in this order. The first identity that a backend returns is used. */
  backends: readonly Backend<State>[]
  /** Returns the response to invalid credentials (an HTTPException 400 with the error's message). */
  onError?: AuthenticationErrorHandler<State>
  /** Other origins whose pages may open websockets (none); `'*'` allows any. */
  origins?: AllowedOrigins
}

/**
 * Sets `request.user` and `request.auth`, on websockets too. Without credentials the user is an
 * UnauthenticatedUser without scopes, which `requires` rejects.
 *
 * `onError` makes the response to invalid credentials. A websocket with invalid credentials is denied.
 * Browsers attach cookies, passwords and client addresses to requests from pages of any site. So an
 * authenticated websocket that a page of another origin opens gets 403, unless `origins` lists that
 * origin.
 *
 * @throws TypeError if `backends` is empty or has other values than functions.
 * @example
 * const logins = new Map([['c0ffee', 'ada']])
 * const app = authentication({
 *   backends: [({ cookies: { session = '' } }) => {
 *     const name = logins.get(session)
 *     return name === undefined ? null : { user: new SimpleUser(name), scopes: ['user'] }
 *   }],
 * })(Router([Route('/', ({ user }) => new PlainTextResponse(`hello ${user.displayName}`))]))
 */
export function authentication<State = Record<string, unknown>>(
  options: AuthenticationOptions<State>,
): StateMiddleware<State> {
  knownOptions('authentication', options, 'backends onError origins')
  const { backends, onError = showMessage, origins = [] } = options
  assertOptions(backends, onError)
  assertAllowedOrigins('authentication', origins)
  const middleware: StateMiddleware<State> = (app) => async (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const connection = new Connection<Record<string, unknown>, State>(scope)
    try {
      const identity = await firstOf(backends, connection)
      if (identity !== null && isForeignSocket(scope, origins)) {
        return answerException(foreignSocket(), scope, receive, send)
      }
      identify(scope, identity, 'authentication: a backend')
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error
      if (scope.type === 'websocket') return send({ type: 'websocket.close', code: 1000 })
      const answer = await onError(connection, error)
      return toApp(answer, 'authentication: onError')(scope, receive, send)
    }
    return app(scope, receive, send)
  }
  return named('authentication', middleware)
}

/** Returns the first identity that a backend returns, or null. */
export async function firstOf<State>(
  backends: readonly Backend<State>[],
  connection: Connection<Record<string, unknown>, State>,
): Promise<Identity | null> {
  for (const backend of backends) {
    const identity = await backend(connection)
    if (identity !== null) return identity
  }
  return null
}

/** Returns an app that calls the exception handler for 400. */
function showMessage(_connection: unknown, cause: AuthenticationError): App {
  const error = new HTTPException(400, cause.message, { cause })
  return (scope, receive, send) => answerException(error, scope, receive, send)
}

function assertOptions(backends: readonly unknown[], onError: unknown): void {
  const isList = Array.isArray(backends) && backends.length > 0
  check(
    'authentication',
    isList && backends.every((backend) => typeof backend === 'function'),
    'backends must be a list of functions',
    backends,
    'Write backends: [(connection) => ({ user, scopes })]',
  )
  const fix = 'Write (connection, error) => response'
  check('authentication', typeof onError === 'function', 'onError must be a function', onError, fix)
}
