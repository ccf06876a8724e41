/** The app of a route with the route's own middleware, which may throw what a handler may. */

import { errorBoundary } from '../errors/boundary.ts'
import { chain } from '../internal/chain.ts'
import type { App, Middleware } from '../types.ts'
import { givingWay } from './instead.ts'

/** Apps that answer all exceptions themselves. */
const answering = new WeakSet<App>()

/** Says of an app that nothing but bugs comes out of it. */
export function answersExceptions<Answering extends App>(app: Answering): Answering {
  answering.add(app)
  return app
}

/**
 * Puts middleware around an app; the first is outermost.
 *
 * What a layer throws is answered right outside of it, so that the layers around see the answer as
 * they see any other.
 *
 * @throws TypeError for a middleware that is no function.
 */
export function wrapped(app: App, middleware: readonly Middleware[] = []): App {
  chain(...middleware) // checks them all before any of them is called
  return middleware.reduceRight((inner, wrap) => answered(wrap(inner)), answered(app))
}

/** The app of a route or mount as its entry has it. */
export function served(
  app: App,
  middleware: readonly Middleware[] = [],
): { app: App; hasMiddleware: boolean } {
  const hasMiddleware = middleware.length > 0
  return { app: wrapped(hasMiddleware ? yielding(app) : app, middleware), hasMiddleware }
}

/** The app is then as good as before at answering exceptions. */
function yielding(app: App): App {
  const yields = givingWay(app)
  return answering.has(app) ? answersExceptions(yields) : yields
}

function answered(app: App): App {
  return answering.has(app) ? app : answersExceptions(errorBoundary(app))
}
