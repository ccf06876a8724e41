/** The app of a route with the route's own middleware, which may throw what a handler may. */
import { chain } from '../compose.ts'
import { guard } from '../guard.ts'
import type { App, Middleware } from '../types.ts'

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

function answered(app: App): App {
  return answering.has(app) ? app : answersExceptions(guard(app))
}
