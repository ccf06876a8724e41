/** Changes the start of a response on its way. */
import { withLowerNames } from '../http/lowercase.ts'
import type { HTTPResponseStartMessage, Send, SendMessage } from '../types.ts'

/** Gives the start message to send: a changed copy, or the one that it was given. */
export type StartChange = (message: HTTPResponseStartMessage) => HTTPResponseStartMessage

/**
 * A `send` that has a function change the start of the response on its way: what the function returns
 * is sent instead.
 *
 * The answer that refuses the handshake of a websocket is such a response. Other messages pass
 * untouched. The function finds the names of fields in lower case, however the app has written them.
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

/** A refusal is the start of a response under another name. */
function changedBy(change: StartChange, message: SendMessage): SendMessage {
  if (message.type === 'http.response.start') return checked(change(withLowerNames(message)))
  if (message.type !== 'websocket.http.response.start') return message
  const { type } = message
  const start = withLowerNames({ ...message, type: 'http.response.start' as const })
  return { ...checked(change(start)), type }
}

/** JavaScript, without types, may forget to return something. */
function checked(message: HTTPResponseStartMessage | undefined): HTTPResponseStartMessage {
  if (message?.type === 'http.response.start') return message
  throw new TypeError(
    `changeStart: the function must return the message to send, ${typeof message} was returned. Return { ...message, headers: [...message.headers, name, value] }, or the message itself.`,
  )
}
