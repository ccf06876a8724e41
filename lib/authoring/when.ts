/** Middleware for some requests only. */
import type { HTTPScope, Middleware, WebSocketScope } from '../types.ts'

/** Decides by what is known of a request or a websocket before anything is read. */
export type ScopePredicate = (scope: HTTPScope | WebSocketScope) => boolean

/**
 * Puts a middleware around an app for those requests and websockets only that the predicate holds for.
 *
 * The lifespan always goes through the middleware, which may have to start something.
 *
 * Not a place for locks: what guards a route stands at that route, where no spelling of a path can get
 * around it.
 *
 * @throws TypeError when one of the two is no function, or the middleware gives no app.
 * @example
 * const isPublic = (scope: { path: string }) => scope.path.startsWith('/public/')
 * const app = Application({ middleware: [when(isPublic, cors({ origins: '*' }))] })
 */
export function when(predicate: ScopePredicate, middleware: Middleware): Middleware {
  assertFunction('the predicate', predicate)
  assertFunction('the middleware', middleware)
  return (app) => {
    const wrapped = middleware(app)
    assertFunction('what the middleware returns', wrapped)
    return (scope, receive, send) => {
      const isConnection = scope.type === 'http' || scope.type === 'websocket'
      return (isConnection && !predicate(scope) ? app : wrapped)(scope, receive, send)
    }
  }
}

function assertFunction(what: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new TypeError(
    `when: ${what} must be a function, ${typeof value} was given. Write when((scope) => …, cors()).`,
  )
}
