/** Answers in the place of a route's handler, inside of the route's own middleware. */
import type { App, Receive, Send } from '../types.ts'
import type { Entry, RoutedScope } from './entry.ts'

/** By what routing found, which is one object for all copies of a scope. */
const instead = new WeakMap<object, App>()

/**
 * An app that gives way to what `answerInside` puts in its place.
 *
 * A 405 and a redirect are made by a router. Without this the middleware of the route, such as
 * `cors()`, would see neither them nor the preflight request for a method that the route does serve.
 */
export function givingWay(app: App): App {
  return (scope, receive, send) => {
    const found = scope.type === 'lifespan' ? undefined : scope.outcome
    const other = found === undefined ? undefined : instead.get(found)
    if (other === undefined || found === undefined) return app(scope, receive, send)
    instead.delete(found)
    return other(scope, receive, send)
  }
}

/** Calls an app inside of the middleware of a route, whose scope has been entered. */
export function answerInside(
  { app, hasMiddleware }: Entry,
  other: App,
  scope: RoutedScope,
  receive: Receive,
  send: Send,
): Promise<void> {
  if (!hasMiddleware || scope.outcome === undefined) return other(scope, receive, send)
  instead.set(scope.outcome, other)
  return app(scope, receive, send)
}

/** Forgets what was put in the place of a handler and not called: the same scope may come again. */
export function answerItself({ hasMiddleware }: Entry, { outcome }: RoutedScope): void {
  if (hasMiddleware && outcome !== undefined) instead.delete(outcome)
}
