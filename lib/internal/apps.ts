/** Apps with readable properties, and several middleware as one. */
import type { App, Middleware } from '../types.ts'
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
 * Composes middleware; the first is outermost: `chain(a, b)(app)` is `a(b(app))`.
 *
 * @throws TypeError if one of them is not a function, or does not return an app.
 * @example
 * const quiet: Middleware = (app) => (scope, receive, send) => app(scope, receive, send)
 * const both = chain(quiet, quiet)
 */
export function chain(...middleware: readonly Middleware[]): Middleware {
  middleware.forEach(assertMiddleware)
  return (app) => middleware.reduceRight<App>((inner, wrap) => assertApp(wrap(inner)), app)
}

function assertMiddleware(middleware: unknown, index: number): void {
  if (typeof middleware === 'function') return
  throw new TypeError(
    `chain: a middleware must be a function (app) => app, but number ${index + 1} is ${shown(middleware)}. ` +
      'Was its factory not called, or called twice?',
  )
}

/** Checked while the chain is built: at the first request, the place of the missing `return` is unknown. */
function assertApp(app: App): App {
  if (typeof app === 'function') return app
  throw new TypeError(
    `chain: a middleware must return an app, but one returned ${shown(app)}. ` +
      'Return (scope, receive, send) => app(scope, receive, send) from it.',
  )
}
