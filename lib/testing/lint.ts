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
 * Names what a server, a middleware or an app does against the contract, for development and tests.
 *
 * A fault rejects the `send` or `receive` that it came by with LintError; when the app goes on as if
 * nothing had happened, it rejects with that in the end. Unknown keys and scope types pass.
 *
 * Messages and lists are frozen as they pass, so that JavaScript hears of it, by a TypeError, when it
 * changes what it was given instead of sending something else.
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
