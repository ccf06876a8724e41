/** The common part of the middleware that reads credentials from a field of the request. */

import { Connection } from '../connections.ts'
import { answerException } from '../errors/handlers.ts'
import type { HTTPException } from '../exceptions.ts'
import type { HTTPScope, StateMiddleware, WebSocketScope } from '../types.ts'
import { type Identity, identify } from './authentication.ts'

/** Returns the identity of a connection, or null if it has no credentials. */
export type FindIdentity<State> = (
  connection: Connection<Record<string, unknown>, State>,
  scope: HTTPScope | WebSocketScope,
) => Promise<Identity | null>

/** Identifies connections, for a middleware or a dependency. */
export interface Identifier<State> {
  /** Returns the identity, or throws the HTTPException that refuses the connection. */
  readonly find: FindIdentity<State>
  /** Makes the refusal of connections without credentials. If it is null, they pass unauthenticated. */
  readonly missing: (() => HTTPException) | null
}

/** Makes a middleware that calls the app if the connection has an identity, and refuses it otherwise. */
export function gate<State>(
  where: string,
  { find, missing }: Identifier<State>,
): StateMiddleware<State> {
  return (app) => async (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    try {
      const identity = await find(new Connection<Record<string, unknown>, State>(scope), scope)
      if (identity === null && missing !== null) throw missing()
      // The user that an outer middleware has identified is kept.
      if (identity !== null || scope.user === undefined) identify(scope, identity, where)
    } catch (error) {
      return answerException(error, scope, receive, send)
    }
    return app(scope, receive, send)
  }
}
