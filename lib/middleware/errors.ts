/** Puts the outermost layer of an application around any app. */

import { type ExceptionHandlerEntry, ExceptionHandlers } from '../errors/handlers.ts'
import { Outermost } from '../errors/outermost.ts'
import { named } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Middleware } from '../types.ts'

export interface ErrorsOptions {
  /** Whether responses show the error and its stack (false). Do not use it in production. */
  debug?: boolean
  /**
   * Handlers (none). The handler for 500 or Error answers bugs, the others answer exceptions of
   * middleware.
   */
  handlers?: ExceptionHandlers | Iterable<ExceptionHandlerEntry>
}

/**
 * Answers exceptions with their handlers, and bugs with a 500 that reveals nothing.
 *
 * Routes, routers and mounts inside answer errors where they are thrown, so the middleware around them
 * sees the response to a bug like any other. This layer answers the errors of that middleware.
 *
 * A bug is rethrown after it was answered. So the server logs it. The handler for bugs is called even if
 * the response has started, but then its response is dropped.
 *
 * @example
 * const app = errors({ debug: true })(() => Promise.reject(new Error('kaput')))
 */
export function errors(options: ErrorsOptions = {}): Middleware {
  knownOptions('errors', options, 'debug handlers')
  const { debug = false, handlers = [] } = options
  const given = handlers instanceof ExceptionHandlers ? handlers : new ExceptionHandlers(handlers)
  const table = new ExceptionHandlers([], { outer: given, debug })
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const outermost = new Outermost(table, scope, receive, send)
    try {
      return outermost.end(app(scope, receive, outermost.send))
    } catch (error) {
      return outermost.end(Promise.reject(error))
    }
  }
  return named('errors', middleware)
}
