/** Answers errors where an app throws them. So the middleware around it sees the response. */

import { followsDisconnect } from '../exceptions/common.ts'
import { runCatching } from '../internal/run.ts'
import type { App, ConnectionScope, Middleware, Send } from '../types.ts'
import type { WebSocketPhase } from '../websockets.ts'
import {
  answerException,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
  handlersOf,
} from './handlers.ts'

/**
 * Wraps an app. Exceptions with a handler in the scope are answered. Bugs are rethrown; inside of
 * `errors()` they are answered before.
 *
 * Routes answer errors of their handlers themselves. The boundary is for code outside routes, such as
 * middleware and foreign apps.
 */
export function errorBoundary(app: App): App {
  return (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const { exceptionHandlers } = scope
    const tracked = scope.type === 'http' ? trackStart(send, scope) : trackPhase(send)
    const recover = (error: unknown): Promise<void> => {
      scope.exceptionHandlers = exceptionHandlers // an application inside may have set its own
      if (scope.type === 'http' && tracked.started) throw late(error, scope)
      // An accepted websocket can still be closed with an error; a started response cannot.
      return answerException(error, scope, receive, send, tracked.phase)
    }
    return runCatching(app, scope, receive, tracked.send, recover)
  }
}

/**
 * Makes the middleware of a list of handlers. For keys that are not in it, the outer handlers still apply.
 */
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

/** A wrapped `send`, and the state of the response that is sent through it. */
export interface TrackedSend {
  readonly send: Send
  /** Whether a response has started. Then an error can no longer be answered. */
  readonly started: boolean
  /** The phase of a websocket, according to the messages of the app. */
  readonly phase?: WebSocketPhase
}

/** Tracks whether a response has started. If the server itself tracks it, its value is used instead. */
export function trackStart(send: Send, { transport }: ConnectionScope): TrackedSend {
  if (transport?.send === send) return transport
  const tracked = {
    started: false,
    send: ((message) => {
      tracked.started ||= message.type !== 'http.response.debug' // sent before the start
      return send(message)
    }) as Send,
  }
  return tracked
}

const PHASES: Readonly<Record<string, WebSocketPhase>> = {
  'websocket.accept': 'open',
  'websocket.http.response.start': 'denied',
}

/** Tracks the phase of a websocket. */
export function trackPhase(send: Send): TrackedSend {
  const tracked = {
    started: false,
    phase: 'connecting' as WebSocketPhase,
    send: ((message) => {
      if (message.type === 'websocket.send') return send(message) // the most frequent message; no change
      const isClose = message.type === 'websocket.close'
      const closed = tracked.phase === 'connecting' ? 'denied' : 'closed'
      tracked.phase = isClose ? closed : (PHASES[message.type] ?? tracked.phase)
      tracked.started = tracked.phase !== 'connecting'
      return send(message)
    }) as Send,
  }
  return tracked
}

/** Wraps an error that has a handler but was thrown too late to be answered. */
function late(error: unknown, scope: ConnectionScope): unknown {
  if (followsDisconnect(error, scope)) return error
  if (handlersOf(scope).find(error) === undefined) return error
  const name = error instanceof Error ? error.name : typeof error
  return new Error(
    `exceptions: ${name} has a handler, but it was thrown after the response had started. Throw it before the first message is sent.`,
    { cause: error },
  )
}
