/** Answers the exceptions that have a handler; others pass on. */
import { type ExceptionHandlerEntry, ExceptionHandlers } from '../exceptionhandlers.ts'
import { guard } from '../guard.ts'
import type { Middleware } from '../types.ts'

/**
 * Makes these handlers known to all routes inside, and answers what apps throw past them.
 *
 * HTTPException has a default handler, which shows its detail as plain text. Answers carry what
 * middleware inside adds to the start of responses, such as CORS headers. An exception that comes
 * after the response has started cannot be answered; it is thrown on, wrapped.
 *
 * @param handlers Pairs of a status or an error class, and what answers it.
 * @throws TypeError for an entry that is no such pair.
 * @example
 * const app = exceptions([[404, () => new PlainTextResponse('nothing here', { status: 404 })]])(
 *   Router([Route('/', () => new PlainTextResponse('home'))]),
 * )
 */
export function exceptions(handlers: Iterable<ExceptionHandlerEntry> = []): Middleware {
  const table = new ExceptionHandlers(handlers)
  return (app) => {
    const guarded = guard(app)
    return (scope, receive, send) => {
      if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
      scope.exceptionHandlers = table
      return guarded(scope, receive, send)
    }
  }
}
