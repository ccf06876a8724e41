/** The app of a route inside the middleware of the route, and answers made in its place. */
import { acting, passTo } from '#layers'
import { answeringBy, errorBoundary } from '../errors/boundary.ts'
import type { ExceptionHandlerEntry } from '../errors/handlers.ts'
import { chain, wrappedBy } from '../internal/apps.ts'
import { acts } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import type { App, Middleware, Receive, Scope, Send } from '../types.ts'
import type { Entry, RoutedScope } from './entry.ts'

/** Apps that already answer all exceptions. */
const answering = new WeakSet<App>()

/** Declares that an app answers all exceptions and throws only bugs. */
export function answersExceptions<Answering extends App>(app: Answering): Answering {
  answering.add(app)
  return app
}

/**
 * Puts middleware around an app; the first is outermost.
 *
 * An error is answered right outside of the layer that threw it, so the layers further out see that
 * answer as any other.
 *
 * @throws TypeError if a middleware is not a function, or does not return an app.
 */
export function wrapped(app: App, middleware: readonly Middleware[] = []): App {
  chain(...middleware) // checks all of them before the first is called
  return middleware.reduceRight((inner, wrap) => answered(wrappedBy(inner, wrap)), answered(app))
}

/** The app of a route or mount, inside its layer. */
export function served(
  app: App,
  settings: LayerSettings | undefined,
): { app: App; hasMiddleware: boolean } {
  const hasMiddleware = settings !== undefined
  return { app: surrounded(hasMiddleware ? yielding(app) : app, settings), hasMiddleware }
}

/** An app inside a layer: the user's middleware, and around it what the settings themselves do. */
export function surrounded(
  app: App,
  settings: LayerSettings | undefined,
  middleware: readonly Middleware[] = settings?.middleware ?? [],
): App {
  const inner = wrapped(app, middleware)
  if (settings === undefined) return inner
  const { exceptionHandlers } = settings
  const within = acts(settings) ? answersExceptions(acting(inner, settings)) : inner
  if (exceptionHandlers === undefined) return within
  const entries = exceptionHandlers as readonly ExceptionHandlerEntry[]
  return answersExceptions(answeringBy(entries)(within))
}

/** Apps that call no handler before the guards around them. */
const guarding = new WeakSet<App>()

/** Declares that an app asks the guards around it where it calls a handler. */
export function asksGuards<Asking extends App>(app: Asking): Asking {
  guarding.add(app)
  return app
}

/** An app that is only called once the guards around it have let the connection pass. */
export function behindGuards(app: App): App {
  if (guarding.has(app)) return app
  return (scope, receive, send) =>
    scope.type === 'lifespan' || scope.settings?.guards === undefined
      ? app(scope, receive, send)
      : passTo(app, scope.settings, scope, receive, send)
}

/** An app that gives way to another; it keeps the mark of one that answers exceptions. */
export function yielding(app: App): App {
  const yields = givingWay(app)
  return answering.has(app) ? answersExceptions(yields) : yields
}

function answered(app: App): App {
  return answering.has(app) ? app : answersExceptions(errorBoundary(app))
}

/**
 * On what routing found, which is one object for all copies of a scope. Routes of another copy of this
 * package give way too: their handlers do not serve the method.
 */
const INSTEAD: unique symbol = Symbol.for('stellula.instead') as never

interface ReplaceableOutcome {
  [INSTEAD]?: App | undefined
}

/**
 * An app that gives way to what `answerInside` puts in its place.
 *
 * A 405 and a redirect are made by a router. Without this the middleware of the route, such as
 * `cors()`, would see neither them nor the preflight request for a method that the route does serve.
 */
export function givingWay(app: App): App {
  return (scope, receive, send) => {
    const found = foundIn(scope)
    const other = found?.[INSTEAD]
    if (other === undefined || found === undefined) return app(scope, receive, send)
    found[INSTEAD] = undefined
    return other(scope, receive, send)
  }
}

function foundIn(scope: Scope): ReplaceableOutcome | undefined {
  return scope.type === 'lifespan' ? undefined : (scope.outcome as ReplaceableOutcome | undefined)
}

/** Calls an app inside the middleware of a route that the scope has entered. */
export function answerInside(
  { app, hasMiddleware }: Entry,
  other: App,
  scope: RoutedScope,
  receive: Receive,
  send: Send,
): Promise<void> {
  if (!hasMiddleware || scope.outcome === undefined) return other(scope, receive, send)
  const found: ReplaceableOutcome = scope.outcome as ReplaceableOutcome
  found[INSTEAD] = other
  return app(scope, receive, send)
}

/** Removes an answer that was not called: a middleware may repeat the request with this scope. */
export function answerItself({ hasMiddleware }: Entry, { outcome }: RoutedScope): void {
  const found = outcome as ReplaceableOutcome | undefined
  if (hasMiddleware && found !== undefined) found[INSTEAD] = undefined
}
