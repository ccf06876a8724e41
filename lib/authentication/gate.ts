/** The middleware that lets those in who show credentials in a field of the request. */

import { Connection } from '../connections.ts'
import { answerException } from '../errors/handlers.ts'
import type { HTTPException } from '../exceptions.ts'
import type { HTTPScope, StateMiddleware, WebSocketScope } from '../types.ts'
import { type Identity, identify } from './authentication.ts'

/** What `gate` asks; null means that no credentials were shown. */
export type FindIdentity<State> = (
  connection: Connection<Record<string, unknown>, State>,
  scope: HTTPScope | WebSocketScope,
) => Promise<Identity | null>

/**
 * Calls the app for those who have an identity, and answers others.
 *
 * @param find Gives the identity, or throws the HTTPException that refuses it.
 * @param missing What refuses those without credentials; null lets them in as nobody.
 */
export function gate<State>(
  where: string,
  find: FindIdentity<State>,
  missing: (() => HTTPException) | null,
): StateMiddleware<State> {
  return (app) => async (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    try {
      const identity = await find(new Connection<Record<string, unknown>, State>(scope), scope)
      if (identity === null && missing !== null) throw missing()
      // Somebody whom other middleware outside has identified is still who he is.
      if (identity !== null || scope.user === undefined) identify(scope, identity, where)
    } catch (error) {
      return answerException(error, scope, receive, send)
    }
    return app(scope, receive, send)
  }
}
