/** The middleware behind everything that reads credentials from a field of the request. */

import { Connection } from '../connections.ts'
import { answerException } from '../errors/handlers.ts'
import type { HTTPException } from '../exceptions.ts'
import type { HTTPScope, StateMiddleware, WebSocketScope } from '../types.ts'
import { type Identity, identify } from './authentication.ts'

/** Finds the identity of a connection; null means that it has no credentials. */
export type FindIdentity<State> = (
  connection: Connection<Record<string, unknown>, State>,
  scope: HTTPScope | WebSocketScope,
) => Promise<Identity | null>

/** Identifies connections: behind a middleware, and behind a dependency. */
export interface Identifier<State> {
  /** Gives the identity, or throws the HTTPException that refuses it. */
  readonly find: FindIdentity<State>
  /** Makes the refusal if there are no credentials; null lets such requests in, unauthenticated. */
  readonly missing: (() => HTTPException) | null
}

/** Calls the app if the connection has an identity, and answers otherwise. */
export function gate<State>(
  where: string,
  { find, missing }: Identifier<State>,
): StateMiddleware<State> {
  return (app) => async (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    try {
      const identity = await find(new Connection<Record<string, unknown>, State>(scope), scope)
      if (identity === null && missing !== null) throw missing()
      // A user that a middleware outside has identified stays.
      if (identity !== null || scope.user === undefined) identify(scope, identity, where)
    } catch (error) {
      return answerException(error, scope, receive, send)
    }
    return app(scope, receive, send)
  }
}
