/** Checks every scope and every message of both directions against the contract. */
import { freezeLists } from '../types/frozen.ts'
import type { Middleware } from '../types.ts'
import { httpProtocol } from './lint/http.ts'
import { LIFESPAN } from './lint/lifespan.ts'
import { observe } from './lint/observe.ts'
import { checkScope } from './lint/scopes.ts'
import { websocketProtocol } from './lint/websocket.ts'

export { LintError } from './lint/faults.ts'

/**
 * Returns middleware that reports violations of the contract by a server, a middleware or an app, for
 * development and tests.
 *
 * A violation rejects the `send` or `receive` in which it occurs with LintError. If the app ignores that
 * error, its own promise rejects with it at the end. Unknown keys and scope types are not checked.
 *
 * Messages and lists are frozen, so code that changes a message instead of sending a new one gets a
 * TypeError.
 *
 * @example
 * const checked = lint()(async (scope, receive, send) => {
 *   send({ type: 'http.response.start', status: 200, headers: [] })
 * }) // LintError: lint: the app resolved before its response was complete …
 */
export function lint(): Middleware {
  return (app) => async (scope, receive, send) => {
    checkScope(scope)
    freezeLists(scope)
    switch (scope.type) {
      case 'http':
        return observe(httpProtocol(scope), app, scope, receive, send)
      case 'websocket':
        return observe(websocketProtocol(scope), app, scope, receive, send)
      case 'lifespan':
        return observe(LIFESPAN, app, scope, receive, send)
      default:
        return app(scope, receive, send)
    }
  }
}
