/** Changes the start of a response, wherever that response is made. */
import { withLowerNames } from './headers/lowercase.ts'
import type {
  ConnectionScope,
  HTTPResponseStartMessage,
  NotedChange,
  Send,
  SendMessage,
  StartChange,
} from './types.ts'

/**
 * A `send` that has a function change the start of the response on its way: what the function returns
 * is sent instead.
 *
 * The answer to an error is made outside of the middleware that the error went through; the function
 * sees that one too, if `exceptions()`, `errors()` or a route makes it. The answer that refuses the
 * handshake of a websocket is such a response. Other messages pass untouched. The function finds the
 * names of fields in lower case, however the app has written them.
 *
 * @example
 * const versioned: Middleware = (app) => (scope, receive, send) => {
 *   if (scope.type !== 'http') return app(scope, receive, send)
 *   const changed = changeStart(scope, send, (message) => {
 *     return { ...message, headers: [...message.headers, 'x-version', '1'] }
 *   })
 *   return app(scope, receive, changed)
 * }
 */
export function changeStart(scope: ConnectionScope, send: Send, change: StartChange): Send {
  noteChange(scope, send, change)
  return (message) => send(changedBy(change, message))
}

/**
 * Notes a change for answers to errors.
 *
 * A middleware outside that calls its app once more gives the same `send` again: what was noted behind
 * that `send` in the call before is of no account, or the answer would be changed twice.
 */
export function noteChange(
  { startChanges }: ConnectionScope,
  send: Send,
  change: StartChange,
): void {
  if (startChanges === undefined) return
  const before = startChanges.findIndex((noted) => noted.send === send)
  if (before >= 0) startChanges.length = before
  startChanges.push({ send, change })
}

/**
 * A `send` for the answer to an error, which is given all changes that were noted on its way out.
 *
 * A change that throws is left out: it may be the very error that is answered.
 */
export function sendChanged(changes: readonly NotedChange[], send: Send): Send {
  return (message) => send(changedBy(all(changes), message))
}

/** The innermost first, as the response would have met them. */
function all(changes: readonly NotedChange[]): StartChange {
  return (message) => changes.reduceRight((start, { change }) => attempted(change, start), message)
}

function attempted(
  change: StartChange,
  message: HTTPResponseStartMessage,
): HTTPResponseStartMessage {
  try {
    return checked(change(message))
  } catch {
    return message
  }
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
