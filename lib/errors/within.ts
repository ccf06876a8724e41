/** Puts exception handlers around an app, in addition to those outside of it. */
import type { App, Middleware } from '../types.ts'
import { errorBoundary } from './boundary.ts'
import { type ExceptionHandlerEntry, ExceptionHandlers } from './table.ts'

/** The middleware of a list of handlers; those outside stay in force for keys that are not in it. */
export function answeringBy(entries: readonly ExceptionHandlerEntry[]): Middleware {
  const alone = new ExceptionHandlers(entries)
  const merged = new WeakMap<ExceptionHandlers, ExceptionHandlers>()
  const within = (outer: unknown): ExceptionHandlers => {
    if (!(outer instanceof ExceptionHandlers)) return alone
    const known = merged.get(outer) ?? new ExceptionHandlers(entries, { outer })
    merged.set(outer, known)
    return known
  }
  return (app): App => {
    const guarded = errorBoundary(app)
    return (scope, receive, send) => {
      if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
      scope.exceptionHandlers = within(scope.exceptionHandlers)
      return guarded(scope, receive, send)
    }
  }
}
