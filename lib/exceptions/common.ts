/** Exceptions that several parts throw, and those that only follow from a disconnect. */
import { ClientDisconnected, HTTPException } from '../exceptions.ts'
import type { ConnectionScope, Scope } from '../types.ts'

/**
 * The 404 of routers, static files and other parts that find nothing. A new one for each request, since
 * handlers may change it or its headers.
 *
 * It has no stack: making one takes seven times as long as the rest, and would show only this function.
 */
export function notFoundException(): HTTPException {
  const { stackTraceLimit } = Error
  // By Reflect, since assignment fails if intrinsics are frozen.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return new HTTPException(404)
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}

/**
 * Checks that a body is not compressed: it would be read as something else than what was sent.
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
 * Whether an error says that the client has gone: a ClientDisconnected, or an error with one as its
 * cause. It is expected and not logged. Node rejects with an `AbortError` of that kind what waits with
 * `signal: request.signal`.
 */
export function saysDisconnect(error: unknown): boolean {
  return (
    error instanceof ClientDisconnected ||
    (error instanceof Error && error.cause instanceof ClientDisconnected)
  )
}

/**
 * The same, but an error with a cause counts only once this client has gone. The cause may be the
 * disconnect of another client, whose work this request shared.
 */
export function followsDisconnect(error: unknown, scope: Scope | ConnectionScope): boolean {
  return error instanceof ClientDisconnected || (saysDisconnect(error) && hasGone(scope))
}

/** Servers call the listener at once if the client has gone; without them, the cause is all there is. */
function hasGone(scope: Scope | ConnectionScope): boolean {
  if (!('onDisconnect' in scope) || scope.onDisconnect === undefined) return true
  let gone = false
  scope.onDisconnect(() => {
    gone = true
  })
  return gone
}
