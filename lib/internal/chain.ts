/** Middleware algebra: several `(app) => app` become one. */
import type { App, Middleware } from '../types.ts'

/**
 * Puts middleware in a row; the first is outermost: `chain(a, b)(app)` is `a(b(app))`.
 *
 * @throws TypeError when something in the list is no function.
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
    `chain: a middleware must be a function (app) => app, but number ${index + 1} is ${typeof middleware}. ` +
      'Was a factory forgotten to be called, or called twice?',
  )
}

/** Told while the chain is built: at the first request nobody would know who forgot the `return`. */
function assertApp(app: App): App {
  if (typeof app === 'function') return app
  throw new TypeError(
    `chain: a middleware must return an app, but one returned ${typeof app}. ` +
      'Return (scope, receive, send) => app(scope, receive, send) from it.',
  )
}
