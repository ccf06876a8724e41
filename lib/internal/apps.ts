/** Apps with readable properties, and several middleware as one. */
import type { App, Middleware } from '../types.ts'
import { isThenable } from './handled.ts'
import { shown } from './must.ts'

/**
 * Adds properties to a function, even `name`, which assignment cannot set. Getters stay getters, so that
 * their values are read live.
 */
export function callable<Shape extends App>(app: App, properties: Omit<Shape, never>): Shape {
  Object.defineProperties(app, Object.getOwnPropertyDescriptors(properties))
  // The shape is built property by property, which the compiler cannot follow.
  return app as Shape
}

/**
 * Refuses an app in place of a handler, which would get a request as its scope.
 *
 * @throws TypeError for what Application, Router, Mount and their like return.
 */
export function refuseApp(handler: object, where: string): void {
  if (!('kind' in handler) || typeof handler.kind !== 'string') return
  throw new TypeError(
    `${where}: a handler takes a request, the app of ${handler.kind} was given. Write Mount("/path", app).`,
  )
}

/**
 * Composes middleware; the first is outermost: `chain(a, b)(app)` is `a(b(app))`.
 *
 * @throws TypeError if one of them is not a function, or does not return an app.
 * @example
 * const quiet: Middleware = (app) => (scope, receive, send) => app(scope, receive, send)
 * const both = chain(quiet, quiet)
 */
export function chain(...middleware: readonly Middleware[]): Middleware {
  middleware.forEach(assertMiddleware)
  return (app) => middleware.reduceRight(wrappedBy, app)
}

function assertMiddleware(middleware: unknown, index: number): void {
  if (typeof middleware === 'function') return
  throw new TypeError(
    `chain: a middleware must be a function (app) => app, but number ${index + 1} is ${shown(middleware)}. ` +
      'Was its factory not called, or called twice?',
  )
}

/**
 * The app that a middleware makes of another one. Checked while the chain is built: at the first request,
 * the place of the missing `return` is unknown.
 *
 * @throws TypeError if the middleware returns anything else.
 */
export function wrappedBy(app: App, wrap: Middleware): App {
  const made: unknown = wrap(app)
  if (typeof made === 'function') return made as App // a function of the middleware's
  // An app that stands in place of a middleware has been called, and refuses.
  if (isThenable(made)) Promise.resolve(made).catch(() => {})
  throw new TypeError(
    `chain: a middleware must return an app, but one returned ${shown(made)}. ` +
      'Return (scope, receive, send) => app(scope, receive, send) from it, and pass no app in its place.',
  )
}
