/** Applies middleware to some requests only. */

import { named } from '../internal/apps.ts'
import { check } from '../internal/checks.ts'
import type { HTTPScope, Middleware, WebSocketScope } from '../types.ts'
import { refusalsBy, refusing } from './refusing.ts'

/** Decides by the scope of a request or websocket, before anything is read. */
export type ScopePredicate = (scope: HTTPScope | WebSocketScope) => boolean

/**
 * Applies a middleware only to the requests and websockets that match a predicate.
 *
 * The lifespan always passes through the middleware, which may need to start something.
 *
 * Do not use it for access control. Protect a route at the route itself, where no spelling of a path can
 * bypass the check.
 *
 * @throws TypeError if an argument is not a function, or if the middleware does not return an app.
 * @example
 * const isPublic = (scope: { path: string }) => scope.path.startsWith('/public/')
 * const app = Application({ middleware: [when(isPublic, cors({ origins: '*' }))] })
 */
export function when(predicate: ScopePredicate, middleware: Middleware): Middleware {
  mustBeFunction('the predicate', predicate)
  mustBeFunction('the middleware', middleware)
  const conditional = refusing(
    (method) => refusalsBy(middleware, method),
    (app) => {
      const wrapped = middleware(app)
      mustBeFunction('what the middleware returns', wrapped)
      return (scope, receive, send) => {
        const isConnection = scope.type === 'http' || scope.type === 'websocket'
        return (isConnection && !predicate(scope) ? app : wrapped)(scope, receive, send)
      }
    },
  )
  return named(middleware.name, conditional)
}

function mustBeFunction(what: string, value: unknown): void {
  const fix = 'Write when((scope) => …, cors())'
  check('when', typeof value === 'function', `${what} must be a function`, value, fix)
}
