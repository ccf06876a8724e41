/** Changes the start of a response before it is sent. */

import { withLowerNames } from '../http/fieldlists.ts'
import { invalid } from '../internal/checks.ts'
import type { HTTPResponseStartMessage, Send, SendMessage } from '../types.ts'

/** Returns the start message to send: a changed copy, or the given message. */
export type StartChange = (message: HTTPResponseStartMessage) => HTTPResponseStartMessage

/**
 * Returns a `send` that passes each response start through a function, and sends the result instead.
 *
 * That includes the start of a response that denies a websocket handshake. Other messages pass unchanged.
 * The function gets a frozen message whose field names are in lower case. Changing it in place throws a
 * TypeError.
 *
 * @example
 * const versioned: Middleware = (app) => (scope, receive, send) => {
 *   if (scope.type !== 'http') return app(scope, receive, send)
 *   const changed = changeStart(send, (message) => {
 *     return { ...message, headers: [...message.headers, 'x-version', '1'] }
 *   })
 *   return app(scope, receive, changed)
 * }
 */
export function changeStart(send: Send, change: StartChange): Send {
  return (message) => send(changedBy(change, message))
}

/** Changes a start. The start of a denial differs only in its type. */
function changedBy(change: StartChange, message: SendMessage): SendMessage {
  if (message.type === 'http.response.start')
    return checkStart(change(freezeStart(withLowerNames(message))))
  if (message.type !== 'websocket.http.response.start') return message
  const { type } = message
  const start = withLowerNames({ ...message, type: 'http.response.start' as const })
  return { ...checkStart(change(freezeStart(start))), type }
}

/** Freezes a message. An app may send it to several clients, so changing it in place must throw. */
function freezeStart(message: HTTPResponseStartMessage): HTTPResponseStartMessage {
  Object.freeze(message.headers)
  return Object.freeze(message)
}

/** Checks the result, because a JavaScript function may return nothing. */
function checkStart(message: HTTPResponseStartMessage | undefined): HTTPResponseStartMessage {
  if (message?.type === 'http.response.start') return message
  throw invalid(
    'changeStart',
    'the function must return the message to send',
    message,
    'Return { ...message, headers: [...message.headers, name, value] }, or the message itself',
  )
}
