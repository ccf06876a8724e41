/** Adds readable properties to apps, and composes several middleware. */
import type { App, Middleware } from '../types.ts'
import { shown } from './checks.ts'

/**
 * Adds properties to a function, even `name`, which assignment cannot set. Getters stay getters, so their
 * current values are read.
 */
export function callable<Shape extends App>(app: App, properties: Omit<Shape, never>): Shape {
  Object.defineProperties(app, Object.getOwnPropertyDescriptors(properties))
  // The compiler cannot infer the shape, because it is built property by property.
  return app as Shape
}

/** Gives a middleware the name of its factory. `routes()` and `stellula routes` show it. */
export function named<Given extends Middleware>(name: string, middleware: Given): Given {
  return Object.defineProperty(middleware, 'name', { value: name })
}

/**
 * Refuses an app in place of a handler. The app would get a request as its scope.
 *
 * @throws TypeError for an app that Application, Router, Mount or a similar function returned.
 */
export function refuseApp(handler: object, where: string): void {
  if (!('kind' in handler) || typeof handler.kind !== 'string') return
  throw new TypeError(
    `${where}: a handler takes a request, the app of ${handler.kind} was given. Write Mount("/path", app).`,
  )
}

/**
 * Composes middleware. The first is the outermost: `chain(a, b)(app)` is `a(b(app))`.
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
 * Wraps an app with a middleware. The result is checked while the chain is built, because at the first
 * request it would be unknown which middleware lacks its `return`.
 *
 * @throws TypeError if the middleware returns anything else, or is not a middleware: an app, or one of Express.
 */
export function wrappedBy(app: App, wrap: Middleware): App {
  const takes = wrap.length
  const made: unknown = takes < 3 ? wrap(app) : undefined
  if (typeof made === 'function') return made as App // the only check of an app that is possible
  const found = takes < 3 ? `returned ${shown(made)}` : `takes ${takes} parameters`
  throw new TypeError(
    `chain: a middleware must return an app, but one ${found}. Write (app) => …, fromConnect() around one of Express, but no app.`,
  )
}
