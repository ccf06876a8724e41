/** Changes the start of a response before it is sent. */

import { withLowerNames } from '../http/fieldlists.ts'
import { wrong } from '../internal/must.ts'
import type { HTTPResponseStartMessage, Send, SendMessage } from '../types.ts'

/** Returns the start message to send: a changed copy, or the given message. */
export type StartChange = (message: HTTPResponseStartMessage) => HTTPResponseStartMessage

/**
 * Returns a `send` that passes each response start through a function, and sends the result instead.
 *
 * That includes the start of a response that denies a websocket handshake. Other messages pass
 * unchanged. The function sees field names in lower case, whatever the app wrote, and a frozen message:
 * changing it in place throws a TypeError.
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

/** A denial is the start of a response under another name. */
function changedBy(change: StartChange, message: SendMessage): SendMessage {
  if (message.type === 'http.response.start')
    return checked(change(frozen(withLowerNames(message))))
  if (message.type !== 'websocket.http.response.start') return message
  const { type } = message
  const start = withLowerNames({ ...message, type: 'http.response.start' as const })
  return { ...checked(change(frozen(start))), type }
}

/** An app may send the same message to all clients, so changing it in place must throw. */
function frozen(message: HTTPResponseStartMessage): HTTPResponseStartMessage {
  Object.freeze(message.headers)
  return Object.freeze(message)
}

/** Without types, JavaScript may forget to return something. */
function checked(message: HTTPResponseStartMessage | undefined): HTTPResponseStartMessage {
  if (message?.type === 'http.response.start') return message
  throw wrong(
    'changeStart',
    'the function must return the message to send',
    message,
    'Return { ...message, headers: [...message.headers, name, value] }, or the message itself',
  )
}
