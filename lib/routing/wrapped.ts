/** The app of a route inside the route's middleware, and answers that replace the route's own. */
import { applySettings, callBehindGuards } from '#layers'
import { answeringBy, errorBoundary } from '../errors/boundary.ts'
import type { ExceptionHandlerEntry } from '../errors/handlers.ts'
import { chain, wrappedBy } from '../internal/apps.ts'
import { hasEffect } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import type { App, Middleware, Scope } from '../types.ts'
import type { Entry, RoutedScope } from './entry.ts'

/** The apps that answer all exceptions. */
const answering = new WeakSet<App>()

/** Declares that an app answers all exceptions and throws only bugs. */
export function answersExceptions<Answering extends App>(app: Answering): Answering {
  answering.add(app)
  return app
}

/**
 * Applies middleware to an app; the first is outermost.
 *
 * An error is answered directly outside the middleware that threw it. Middleware further out sees that answer
 * like any other.
 *
 * @throws TypeError if a middleware is not a function, or does not return an app.
 */
export function withMiddleware(app: App, middleware: readonly Middleware[] = []): App {
  chain(...middleware) // checks all of them before the first is called
  return middleware.reduceRight(
    (inner, wrap) => withErrorBoundary(wrappedBy(inner, wrap)),
    withErrorBoundary(app),
  )
}

/** The app of a route or mount, inside its layer. */
export function appInLayer(
  app: App,
  settings: LayerSettings | undefined,
): { app: App; hasMiddleware: boolean } {
  const hasMiddleware = settings !== undefined
  return { app: withLayer(hasMiddleware ? replaceable(app) : app, settings), hasMiddleware }
}

/** An app inside a layer: the user's middleware, and around it the effects of the other settings. */
export function withLayer(
  app: App,
  settings: LayerSettings | undefined,
  middleware: readonly Middleware[] = settings?.middleware ?? [],
): App {
  const inner = withMiddleware(app, middleware)
  if (settings === undefined) return inner
  const { exceptionHandlers } = settings
  const within = hasEffect(settings) ? answersExceptions(applySettings(inner, settings)) : inner
  if (exceptionHandlers === undefined) return within
  const entries = exceptionHandlers as readonly ExceptionHandlerEntry[]
  return answersExceptions(answeringBy(entries)(within))
}

/** The apps that run the guards around them before they call a handler. */
const guardRunners = new WeakSet<App>()

/** Declares that an app runs the guards around it before it calls a handler. */
export function runsGuards<Asking extends App>(app: Asking): Asking {
  guardRunners.add(app)
  return app
}

/** An app that is only called after the guards around it have accepted the connection. */
export function behindGuards(app: App): App {
  if (guardRunners.has(app)) return app
  return (scope, receive, send) =>
    scope.type === 'lifespan' || scope.settings?.guards === undefined
      ? app(scope, receive, send)
      : callBehindGuards(app, scope.settings, scope, receive, send)
}

/** An app that can be replaced by another. If the app answers exceptions, so does the result. */
export function replaceable(app: App): App {
  const result = callingReplacement(app)
  return answering.has(app) ? answersExceptions(result) : result
}

function withErrorBoundary(app: App): App {
  return answering.has(app) ? app : answersExceptions(errorBoundary(app))
}

/**
 * The key of the replacing app in `scope.outcome`, which all copies of a scope share. It is a registered
 * symbol: routes of another copy of this package must be replaced too, because their handlers do not serve
 * the method.
 */
const REPLACEMENT: unique symbol = Symbol.for('stellula.instead') as never

interface ReplaceableOutcome {
  [REPLACEMENT]?: App | undefined
}

/**
 * An app that calls the app which `setReplacement` sets instead of itself.
 *
 * The router makes 405 answers and redirects. Without this, they would not pass through the middleware of the
 * route. `cors()`, for example, would not see the preflight request for a method that the route serves.
 */
function callingReplacement(app: App): App {
  return (scope, receive, send) => {
    const found = foundIn(scope)
    const other = found?.[REPLACEMENT]
    if (other === undefined || found === undefined) return app(scope, receive, send)
    found[REPLACEMENT] = undefined
    return other(scope, receive, send)
  }
}

function foundIn(scope: Scope): ReplaceableOutcome | undefined {
  return scope.type === 'lifespan' ? undefined : (scope.outcome as ReplaceableOutcome | undefined)
}

/**
 * Returns the app of a route that the scope has entered, to call once: inside the middleware of the route, the
 * other app answers.
 */
export function setReplacement({ app, hasMiddleware }: Entry, other: App, scope: RoutedScope): App {
  if (!hasMiddleware || scope.outcome === undefined) return other
  const found: ReplaceableOutcome = scope.outcome as ReplaceableOutcome
  found[REPLACEMENT] = other
  return app
}

/** Removes a replacing app that was not called: a middleware may repeat the request with this scope. */
export function dropReplacement({ hasMiddleware }: Entry, { outcome }: RoutedScope): void {
  const found = outcome as ReplaceableOutcome | undefined
  if (hasMiddleware && found !== undefined) found[REPLACEMENT] = undefined
}
