/** What a middleware says of itself for documents: the statuses with which it may refuse a request. */
import { must, wrong } from '../internal/must.ts'
import type { App, Middleware } from '../types.ts'

/** Statuses, or a function that gives those for a method. */
export type Refused = readonly number[] | ((method: string) => readonly number[])

/** A middleware, or a guard, that says with which statuses it may answer in place of the handler. */
export interface Refusing {
  readonly refuses: Refused
}

/**
 * Says of a middleware with which statuses it may refuse a request. They are in the OpenAPI documents of
 * the operations that it is around, and nothing else changes. The middleware of this package says so
 * itself; a guard says it by the same property, `refuses`.
 *
 * @param refuses The statuses, or a function that gives them for a method, such as `'POST'`.
 * @param middleware Stays as it is; the result does the same.
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
  must(
    'refusing',
    areStatuses,
    'the statuses must be a list of integers from 300 to 599, or a function',
    refuses,
    'Write refusing([429], middleware)',
  )
  if (typeof middleware !== 'function') {
    const what = 'the middleware must be a function'
    throw wrong('refusing', what, middleware, 'Write refusing([429], (app) => …)')
  }
  const said = Object.assign((app: App): App => middleware(app), middleware, { refuses })
  return Object.defineProperty(said, 'name', { value: middleware.name })
}

function isRefusal(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 300 && (status as number) <= 599
}

/** The statuses with which a middleware or a guard may refuse a request with this method. */
export function refusalsBy(value: unknown, method: string): readonly number[] {
  const { refuses = [] } = value as Partial<Refusing>
  return typeof refuses === 'function' ? refuses(method) : refuses
}

/** Methods whose requests may have a body, and may change something. */
export function changes(method: string): boolean {
  return !/^(GET|HEAD|OPTIONS|TRACE)$/.test(method)
}
