/** The outermost layer: has every error answered, and hands bugs on to the server's log. */

import { type Tracked, trackPhase, trackStart } from '../errors/boundary.ts'
import { isAnsweredBug, tellBug } from '../errors/bugs.ts'
import {
  answerException,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
} from '../errors/handlers.ts'
import { ClientDisconnected } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { runCatching } from '../internal/run.ts'
import { Request } from '../requests.ts'
import type { HTTPScope, Middleware, Receive, Send, WebSocketScope } from '../types.ts'

export interface ErrorsOptions {
  /** Show the error and its stack to the client; never in production (false). */
  debug?: boolean
  /** Handlers; the one for 500 or for Error answers bugs, others what middleware throws (none). */
  handlers?: ExceptionHandlers | Iterable<ExceptionHandlerEntry>
}

/**
 * Has exceptions that have a handler answered, and bugs by a 500 that tells nothing.
 *
 * Routes, routers and mounts inside answer where the error is thrown, so the middleware around them
 * sees the answer to a bug as it sees any other. This layer answers what gets past them.
 *
 * A bug is thrown on after it was answered, so that the server logs it. The handler of bugs is called
 * even when the response has started; what it answers is dropped then.
 *
 * @example
 * const app = errors({ debug: true })(() => Promise.reject(new Error('kaput')))
 */
export function errors(options: ErrorsOptions = {}): Middleware {
  knownOptions('errors', options, 'debug handlers')
  const { debug = false, handlers = [] } = options
  const given = handlers instanceof ExceptionHandlers ? handlers : new ExceptionHandlers(handlers)
  const table = new ExceptionHandlers([], { outer: given, debug })
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    scope.exceptionHandlers = table
    scope.outcome ??= {} // before a middleware copies the scope: all copies are to share it
    const tracked = scope.type === 'http' ? trackStart(send, scope) : trackPhase(send)
    return runCatching(app, scope, receive, tracked.send, (error) =>
      recover(error, scope, receive, send, tracked, table),
    )
  }
}

function recover(
  error: unknown,
  scope: HTTPScope | WebSocketScope,
  receive: Receive,
  send: Send,
  tracked: Tracked,
  table: ExceptionHandlers,
): Promise<void> {
  if (error instanceof ClientDisconnected) return Promise.reject(error)
  scope.exceptionHandlers = table // an application inside may have put its own there
  if (scope.type === 'websocket' || !tracked.started) {
    return answerException(error, scope, receive, send, tracked.phase)
  }
  if (isAnsweredBug(scope, error)) return Promise.reject(error)
  return tellBug(error, new Request(scope, receive, send), table)
}
