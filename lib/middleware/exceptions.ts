/** Answers the exceptions that have a handler; others pass on. */
import {
  answerException,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
} from '../exceptionhandlers.ts'
import { ClientDisconnected } from '../exceptions.ts'
import type { Middleware, Send } from '../types.ts'

/**
 * Makes these handlers known to all routes inside, and answers what apps throw past them.
 *
 * HTTPException has a default handler, which shows its detail as plain text. An exception that comes
 * after the response has started cannot be answered; it is thrown on, wrapped.
 *
 * @param handlers Pairs of a status or an error class, and what answers it.
 * @throws TypeError for an entry that is no such pair.
 * @example
 * const app = exceptions([[404, () => new PlainTextResponse('nothing here', { status: 404 })]])(
 *   Router([Route('/', () => new PlainTextResponse('home'))]),
 * )
 */
export function exceptions(
  handlers: ExceptionHandlers | Iterable<ExceptionHandlerEntry> = [],
): Middleware {
  const table = handlers instanceof ExceptionHandlers ? handlers : new ExceptionHandlers(handlers)
  return (app) => async (scope, receive, send) => {
    if (scope.type === 'lifespan') return app(scope, receive, send)
    scope.exceptionHandlers = table
    const tracked = trackStart(send)
    try {
      await app(scope, receive, tracked.send)
    } catch (error) {
      if (tracked.started) throw late(error, table)
      scope.exceptionHandlers = table // an application inside may have put its own there
      await answerException(error, scope, receive, send)
    }
  }
}

/** Watches whether a response, or an accepted websocket, has started. */
export function trackStart(send: Send): { readonly send: Send; readonly started: boolean } {
  const tracked = {
    started: false,
    send: ((message) => {
      tracked.started = true
      return send(message)
    }) as Send,
  }
  return tracked
}

/** An error that a handler would have answered, had it come in time. */
function late(error: unknown, handlers: ExceptionHandlers): unknown {
  if (error instanceof ClientDisconnected || handlers.find(error) === undefined) return error
  const name = error instanceof Error ? error.name : typeof error
  return new Error(
    `exceptions: ${name} has a handler, but it was thrown after the response had started. Throw it before the first message is sent.`,
    { cause: error },
  )
}
