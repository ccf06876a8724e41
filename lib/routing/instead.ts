/** Answers in the place of a route's handler, inside of the route's own middleware. */
import type { App, Receive, Scope, Send } from '../types.ts'
import type { Entry, RoutedScope } from './entry.ts'

/**
 * On what routing found, which is one object for all copies of a scope. Routes of another copy of this
 * package give way too: their handlers do not serve the method.
 */
const INSTEAD: unique symbol = Symbol.for('stellula.instead') as never

interface Found {
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

function foundIn(scope: Scope): Found | undefined {
  return scope.type === 'lifespan' ? undefined : (scope.outcome as Found | undefined)
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
  const found: Found = scope.outcome as Found
  found[INSTEAD] = other
  return app(scope, receive, send)
}

/** Forgets what was put in the place of a handler and not called: the same scope may come again. */
export function answerItself({ hasMiddleware }: Entry, { outcome }: RoutedScope): void {
  const found = outcome as Found | undefined
  if (hasMiddleware && found !== undefined) found[INSTEAD] = undefined
}
