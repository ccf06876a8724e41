/** Changes the start of a response, wherever that response is made. */
import type { ConnectionScope, Send, SendMessage, StartChange } from './types.ts'

/**
 * A `send` that has a function change the start of the response on its way, in place.
 *
 * The answer to an error is made outside of the middleware that the error went through; the function
 * sees that one too, if `exceptions()`, `errors()` or a route makes it. The answer that refuses the
 * handshake of a websocket is such a response. Other messages pass untouched.
 *
 * @example
 * const versioned: Middleware = (app) => (scope, receive, send) => {
 *   if (scope.type !== 'http') return app(scope, receive, send)
 *   const add = changeStart(scope, send, ({ headers }) => headers.push('x-version', '1'))
 *   return app(scope, receive, add)
 * }
 */
export function changeStart(scope: ConnectionScope, send: Send, change: StartChange): Send {
  scope.startChanges?.push(change)
  return (message) => send(changedBy(change, message))
}

/**
 * A `send` for the answer to an error, which is given all changes that were noted on its way out.
 *
 * A change that throws is left out: it may be the very error that is answered.
 */
export function sendChanged(changes: readonly StartChange[], send: Send): Send {
  return (message) => send(changedBy(all(changes), message))
}

/** The innermost first, as the response would have met them. */
function all(changes: readonly StartChange[]): StartChange {
  return (message) => {
    for (const change of changes.toReversed()) {
      try {
        change(message)
      } catch {}
    }
  }
}

/** A refusal is the start of a response under another name. */
function changedBy(change: StartChange, message: SendMessage): SendMessage {
  if (message.type === 'http.response.start') change(message)
  if (message.type !== 'websocket.http.response.start') return message
  const { type } = message
  const start = { ...message, type: 'http.response.start' as const }
  change(start)
  return { ...start, type }
}
