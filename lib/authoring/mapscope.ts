/** Passes another scope to an app. */
import { named } from '../internal/apps.ts'
import { check, invalid } from '../internal/checks.ts'
import type { HTTPScope, Middleware, WebSocketScope } from '../types.ts'

/** Returns the scope for the app: a changed copy, or the given scope. */
export type ScopeMapper = (scope: HTTPScope | WebSocketScope) => HTTPScope | WebSocketScope

/**
 * Makes a middleware that changes the scope of requests and websockets; the lifespan passes unchanged.
 *
 * Outer middleware, such as a logger, does not see keys that are set in a copy.
 *
 * @throws TypeError if `map` is not a function, or, for a request, if it returns no scope of its type.
 * @example
 * const english = mapScope((scope) => ({
 *   ...scope,
 *   headers: [...scope.headers, 'accept-language', 'en'],
 * }))
 */
export function mapScope(map: ScopeMapper): Middleware {
  check(
    'mapScope',
    typeof map === 'function',
    'the argument must be a function (scope) => scope',
    map,
    'Write mapScope((scope) => ({ ...scope, … }))',
  )
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const mapped: unknown = map(scope)
    assertScope(mapped, scope.type)
    return app(mapped, receive, send)
  }
  return named('mapScope', middleware)
}

function assertScope(
  value: unknown,
  type: 'http' | 'websocket',
): asserts value is HTTPScope | WebSocketScope {
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === type) return
  throw invalid(
    'mapScope',
    `the function must return a scope of the type "${type}"`,
    value,
    'Return { ...scope, … }, and not a promise',
  )
}
