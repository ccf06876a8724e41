/** Changes the start of a response, wherever that response is made. */
import type { HTTPResponseStartMessage, HTTPScope, Send, StartChange } from './types.ts'

/**
 * A `send` that has a function change the start of the response on its way.
 *
 * The answer to an error is made outside of the middleware that the error went through; the function
 * sees that one too, if `errors()` makes it, as in an Application. Other messages pass untouched.
 *
 * @example
 * const versioned: Middleware = (app) => (scope, receive, send) => {
 *   if (scope.type !== 'http') return app(scope, receive, send)
 *   const add = changeStart(scope, send, ({ headers }) => headers.push('x-version', '1'))
 *   return app(scope, receive, add)
 * }
 */
export function changeStart(scope: HTTPScope, send: Send, change: StartChange): Send {
  scope.startChanges?.push(change)
  return (message) => {
    if (message.type === 'http.response.start') change(message)
    return send(message)
  }
}

/**
 * A `send` for the answer to an error, which is given all changes that were noted on its way out.
 *
 * A change that throws is left out: it may be the very error that is answered.
 */
export function sendChanged(changes: readonly StartChange[], send: Send): Send {
  return (message) => {
    if (message.type === 'http.response.start') applyAll(changes, message)
    return send(message)
  }
}

/** The innermost first, as the response would have met them. */
function applyAll(changes: readonly StartChange[], message: HTTPResponseStartMessage): void {
  for (const change of changes.toReversed()) {
    try {
      change(message)
    } catch {}
  }
}
