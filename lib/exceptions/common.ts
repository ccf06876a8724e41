/** Makes exceptions that several modules throw, and recognises errors that follow from a disconnect. */
import { ClientDisconnected, HTTPException } from '../exceptions.ts'
import type { ConnectionScope, Scope } from '../types.ts'

/**
 * Makes the 404 of routers, static files and other modules. There is a new one for each request, because
 * handlers may change it or its headers.
 *
 * It has no stack. A stack would take seven times as long as the rest, and show only this function.
 */
export function notFoundException(): HTTPException {
  const { stackTraceLimit } = Error
  // Reflect is used because assignment fails if intrinsics are frozen.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return new HTTPException(404)
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}

/**
 * Checks that a body is not compressed, because the compressed bytes would be read as the content.
 *
 * @param contentEncoding The value of `Content-Encoding`, or null.
 * @throws HTTPException 415 otherwise (RFC 9110 section 15.5.16).
 */
export function assertUnencoded(contentEncoding: string | null): void {
  if (!contentEncoding || /^identity$/i.test(contentEncoding)) return
  throw new HTTPException(415, 'The request body must not have a Content-Encoding.', {
    headers: { 'accept-encoding': 'identity' },
  })
}

/**
 * Whether an error follows from the disconnect of a client: a ClientDisconnected, or an error with one as
 * its cause. Such an error is expected and not logged. A call of Node with `signal: request.signal`
 * rejects with such an `AbortError`.
 */
export function isDisconnectError(error: unknown): boolean {
  return (
    error instanceof ClientDisconnected ||
    (error instanceof Error && error.cause instanceof ClientDisconnected)
  )
}

/**
 * Whether an error follows from the disconnect of this client. If the disconnect is only its cause, this
 * client must have disconnected, because the cause may be the disconnect of another client whose work this
 * request shared.
 */
export function followsDisconnect(error: unknown, scope: Scope | ConnectionScope): boolean {
  return error instanceof ClientDisconnected || (isDisconnectError(error) && hasGone(scope))
}

/**
 * Whether the client has disconnected. Then servers call the listener at once. Without `onDisconnect` only
 * the cause is known.
 */
function hasGone(scope: Scope | ConnectionScope): boolean {
  if (!('onDisconnect' in scope) || scope.onDisconnect === undefined) return true
  let gone = false
  scope.onDisconnect(() => {
    gone = true
  })
  return gone
}
