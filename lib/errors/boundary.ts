/** Answers what an app throws, where it stands, so that the middleware around it sees the answer. */

import { ClientDisconnected } from '../exceptions.ts'
import { runCatching } from '../internal/run.ts'
import type { App, ConnectionScope, Send } from '../types.ts'
import type { WebSocketPhase } from '../websockets.ts'
import { answerException, handlersOf } from './handlers.ts'

/**
 * Wraps an app: exceptions that have a handler in its scope are answered; bugs are thrown on, and
 * answered before if `errors()` is around.
 *
 * Routes answer for their handlers themselves; this is for what may throw past them, such as
 * middleware and apps of other people.
 */
export function errorBoundary(app: App): App {
  return (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const { exceptionHandlers } = scope
    const tracked = scope.type === 'http' ? trackStart(send, scope) : trackPhase(send)
    const recover = (error: unknown): Promise<void> => {
      scope.exceptionHandlers = exceptionHandlers // an application inside may have put its own there
      if (scope.type === 'http' && tracked.started) throw late(error, scope)
      // An accepted websocket can still be told of an error, by its close; a request cannot.
      return answerException(error, scope, receive, send, tracked.phase)
    }
    return runCatching(app, scope, receive, tracked.send, recover)
  }
}

/** A `send`, and what has gone through it. */
export interface Tracked {
  readonly send: Send
  /** Whether there is an answer already, of which an error could not take the place. */
  readonly started: boolean
  /** Where a websocket stands, as far as the app has brought it. */
  readonly phase?: WebSocketPhase
}

/** Watches whether a response has started; a server that nobody stands before is asked instead. */
export function trackStart(send: Send, { transport }: ConnectionScope): Tracked {
  if (transport?.send === send) return transport
  const tracked = {
    started: false,
    send: ((message) => {
      tracked.started ||= message.type !== 'http.response.debug' // which comes before the start
      return send(message)
    }) as Send,
  }
  return tracked
}

const PHASES: Readonly<Record<string, WebSocketPhase>> = {
  'websocket.accept': 'open',
  'websocket.http.response.start': 'denied',
}

/** Watches where a websocket stands. */
export function trackPhase(send: Send): Tracked {
  const tracked = {
    started: false,
    phase: 'connecting' as WebSocketPhase,
    send: ((message) => {
      if (message.type === 'websocket.send') return send(message) // by far the most, and changes nothing
      const isClose = message.type === 'websocket.close'
      const closed = tracked.phase === 'connecting' ? 'denied' : 'closed'
      tracked.phase = isClose ? closed : (PHASES[message.type] ?? tracked.phase)
      tracked.started = tracked.phase !== 'connecting'
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
