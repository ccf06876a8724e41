/** Hands another scope to an app. */
import type { HTTPScope, Middleware, WebSocketScope } from '../types.ts'

/** Gives the scope that the app is to see: a copy with changes, or the one it was given. */
export type ScopeMapper = (scope: HTTPScope | WebSocketScope) => HTTPScope | WebSocketScope

/**
 * Changes what an app sees of requests and websockets; the lifespan passes untouched.
 *
 * What routing notes in a copy is not seen by middleware outside, such as a logger.
 *
 * @throws TypeError when it is given no function; at a request, when that gives no scope of its type.
 * @example
 * const english = mapScope((scope) => ({
 *   ...scope,
 *   headers: [...scope.headers, 'accept-language', 'en'],
 * }))
 */
export function mapScope(map: ScopeMapper): Middleware {
  if (typeof map !== 'function') {
    throw new TypeError(
      `mapScope: it takes a function (scope) => scope, ${typeof map} was given. Write mapScope((scope) => ({ ...scope, … })).`,
    )
  }
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const mapped: unknown = map(scope)
    assertScope(mapped, scope.type)
    return app(mapped, receive, send)
  }
}

function assertScope(
  value: unknown,
  type: 'http' | 'websocket',
): asserts value is HTTPScope | WebSocketScope {
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === type) return
  throw new TypeError(
    `mapScope: the function must give a scope of the type "${type}", it gave ${value === null ? 'null' : typeof value}. Return { ...scope, … }, and not a promise.`,
  )
}
