/** Answers what an app throws, where it stands, so that the middleware around it sees the answer. */
import { caught } from './calls.ts'
import { answerException, handlersOf } from './exceptionhandlers.ts'
import { ClientDisconnected } from './exceptions.ts'
import { sendChanged } from './responsestart.ts'
import type { App, ConnectionScope, Send } from './types.ts'

/**
 * Wraps an app: exceptions that have a handler in its scope are answered, others are thrown on.
 *
 * Routes answer for their handlers themselves; this is for what may throw past them, such as
 * middleware and apps of other people. The answer carries what middleware inside adds to responses.
 */
export function guard(app: App): App {
  return (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    scope.startChanges ??= []
    const { exceptionHandlers, startChanges } = scope
    const outside = startChanges.length // what was noted by then changes the answer on its way
    const tracked = trackStart(send)
    const recover = (error: unknown): Promise<void> => {
      scope.exceptionHandlers = exceptionHandlers // an application inside may have put its own there
      if (tracked.started) throw late(error, scope)
      const inside = startChanges.slice(outside)
      return answerException(error, scope, receive, sendChanged(inside, send))
    }
    return caught(app, scope, receive, tracked.send, recover)
  }
}

/** A `send`, and whether anything has gone through it. */
export interface Tracked {
  readonly send: Send
  readonly started: boolean
}

/** Watches whether a response, or an accepted websocket, has started. */
export function trackStart(send: Send): Tracked {
  const tracked = {
    started: false,
    send: ((message) => {
      tracked.started ||= message.type !== 'http.response.debug' // which comes before the start
      return send(message)
    }) as Send,
  }
  return tracked
}

/** An error that a handler would have answered, had it come in time. */
function late(error: unknown, scope: ConnectionScope): unknown {
  if (error instanceof ClientDisconnected) return error
  if (handlersOf(scope).find(error) === undefined) return error
  const name = error instanceof Error ? error.name : typeof error
  return new Error(
    `exceptions: ${name} has a handler, but it was thrown after the response had started. Throw it before the first message is sent.`,
    { cause: error },
  )
}
