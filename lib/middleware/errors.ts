/** The outermost layer: answers every error, and rethrows bugs so that the server logs them. */

import { type Tracked, trackPhase, trackStart } from '../errors/boundary.ts'
import {
  answerException,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
  isAnsweredBug,
  tellBug,
} from '../errors/handlers.ts'
import { followsDisconnect } from '../exceptions/common.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { called, closeAfter, owns, runCatching } from '../internal/run.ts'
import { Request } from '../requests.ts'
import type { HTTPScope, Middleware, Receive, Send, WebSocketScope } from '../types.ts'

export interface ErrorsOptions {
  /** Show the error and its stack to the client; not in production (false). */
  debug?: boolean
  /** Handlers; the one for 500 or Error answers bugs, others answer what middleware throws (none). */
  handlers?: ExceptionHandlers | Iterable<ExceptionHandlerEntry>
}

/**
 * Answers exceptions with their handlers, and bugs with a 500 that reveals nothing.
 *
 * Routes, routers and mounts inside answer errors where they are thrown, so the middleware around them
 * sees the answer to a bug like any other. This layer answers errors that get past them.
 *
 * A bug is rethrown after it was answered, so that the server logs it. The handler for bugs is called
 * even if the response has started; its answer is dropped then.
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
    // Before a middleware copies the scope, so that all copies share its outcome.
    const isOwner = owns(scope, scope.app ?? table)
    const tracked = scope.type === 'http' ? trackStart(send, scope) : trackPhase(send)
    const answer = (error: unknown): Promise<void> =>
      recover(error, scope, receive, send, tracked, table)
    return isOwner
      ? closeAfter(called(app, scope, receive, tracked.send), scope, answer)
      : runCatching(app, scope, receive, tracked.send, answer)
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
  if (followsDisconnect(error, scope)) return Promise.reject(error)
  scope.exceptionHandlers = table // an application inside may have set its own
  if (scope.type === 'websocket' || !tracked.started) {
    return answerException(error, scope, receive, send, tracked.phase)
  }
  if (isAnsweredBug(scope, error)) return Promise.reject(error)
  return tellBug(error, new Request(scope, receive, send), table)
}
