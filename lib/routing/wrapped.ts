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

/** Puts middleware around an app; exceptions are answered outside of it, unless there are none. */
export function wrapped(app: App, middleware: readonly Middleware[] = []): App {
  const outer = chain(...middleware)(app)
  return answering.has(outer) ? outer : answersExceptions(guard(outer))
}
