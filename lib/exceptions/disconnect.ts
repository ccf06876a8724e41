/** Tells errors that only follow from a disconnect, which are expected and not logged. */
import { ClientDisconnected } from '../exceptions.ts'
import type { ConnectionScope, Scope } from '../types.ts'

/**
 * Whether an error says that the client has gone: a ClientDisconnected, or an error with one as its
 * cause. Node rejects with an `AbortError` of that kind what waits with `signal: request.signal`.
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
