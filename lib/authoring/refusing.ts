/** Declares for OpenAPI documents the statuses with which a middleware may refuse a request. */
import { check, invalid } from '../internal/checks.ts'
import type { App, Middleware } from '../types.ts'

/** Statuses, or a function that returns the statuses for a method. */
export type Refused = readonly number[] | ((method: string) => readonly number[])

/** A middleware or guard that declares the statuses with which it may respond instead of the handler. */
export interface Refusing {
  readonly refuses: Refused
}

/**
 * Declares the statuses with which a middleware may refuse a request. The OpenAPI document lists them for
 * the operations inside the middleware; nothing else changes. The middleware of this package declares its
 * statuses itself. A guard declares them by the same property, `refuses`.
 *
 * @param refuses The statuses, or a function that returns them for a method, such as `'POST'`.
 * @param middleware The middleware. It is not changed, and the result does the same.
 * @throws TypeError if an argument is invalid.
 * @example
 * const paid = refusing([402], (app) => async (scope, receive, send) => {
 *   if (scope.type !== 'http' || scope.state?.['isPaid'] === true) return app(scope, receive, send)
 *   return answerException(new HTTPException(402), scope, receive, send)
 * })
 * Route('/report', home, { middleware: [paid] })
 */
export function refusing<Kind extends Middleware>(
  refuses: Refused,
  middleware: Kind,
): Kind & Refusing {
  const areStatuses = typeof refuses === 'function' || refuses.every?.(isRefusal) === true
  check(
    'refusing',
    areStatuses,
    'the statuses must be a list of integers from 300 to 599, or a function',
    refuses,
    'Write refusing([429], middleware)',
  )
  if (typeof middleware !== 'function') {
    const what = 'the middleware must be a function'
    throw invalid('refusing', what, middleware, 'Write refusing([429], (app) => …)')
  }
  const declared = Object.assign((app: App): App => middleware(app), middleware, { refuses })
  return Object.defineProperty(declared, 'name', { value: middleware.name })
}

function isRefusal(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 300 && (status as number) <= 599
}

/** Returns the statuses with which a middleware or a guard may refuse a request with this method. */
export function refusalsBy(value: unknown, method: string): readonly number[] {
  const { refuses = [] } = value as Partial<Refusing>
  return typeof refuses === 'function' ? refuses(method) : refuses
}

/** Whether requests with this method may have a body and may change something. */
export function changes(method: string): boolean {
  return !/^(GET|HEAD|OPTIONS|TRACE)$/.test(method)
}
