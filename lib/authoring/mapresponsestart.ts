/** Changes the status and the headers of responses. */

import { named } from '../internal/apps.ts'
import { check, invalid } from '../internal/checks.ts'
import type { HTTPResponseStartMessage, HTTPScope, Middleware } from '../types.ts'
import { changeStart, type StartChange } from './changestart.ts'

/** Returns the message to send instead, synchronously: a changed copy, or the given message. */
export type ResponseStartChange = (
  message: HTTPResponseStartMessage,
  scope: HTTPScope,
) => HTTPResponseStartMessage

/**
 * Makes a middleware that changes the start of each response, including error responses.
 *
 * Bodies pass unchanged, and so do websockets and the lifespan.
 *
 * @throws TypeError if `change` is not a function, or, for a response, if it does not return a message.
 * @example
 * const hidden = mapResponseStart((message) => ({
 *   ...message,
 *   status: message.status === 403 ? 404 : message.status,
 *   headers: [...message.headers, 'x-robots-tag', 'noindex'],
 * }))
 */
export function mapResponseStart(change: ResponseStartChange): Middleware {
  check(
    'mapResponseStart',
    typeof change === 'function',
    'the argument must be a function (message, scope) => message',
    change,
    'Write mapResponseStart((message) => ({ ...message, … }))',
  )
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const apply: StartChange = (message) => checkStart(change(message, scope))
    return app(scope, receive, changeStart(send, apply))
  }
  return named('mapResponseStart', middleware)
}

/** Checks the result. A promise is invalid, because it would resolve too late. */
function checkStart(result: unknown): HTTPResponseStartMessage {
  if (isStart(result)) return result
  if (result instanceof Promise) result.catch(() => {})
  throw invalid(
    'mapResponseStart',
    'the function must return the message to send',
    result,
    'Return { ...message, headers: [...message.headers, name, value] } or the message itself; use httpMiddleware() to wait for something',
  )
}

function isStart(result: unknown): result is HTTPResponseStartMessage {
  return (result as Partial<HTTPResponseStartMessage> | null)?.type === 'http.response.start'
}
