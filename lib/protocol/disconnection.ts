/** A disconnect that a middleware causes, for example at a timeout: for the app behind it, the client has left. */
import { callListener } from '../internal/handled.ts'
import type { HTTPScope, Receive } from '../types.ts'
import { DISCONNECT } from './received.ts'

export interface Disconnection {
  /** Calls a listener once: at this disconnect or that of the client, whichever is first. */
  readonly onDisconnect: (listener: () => void) => void
  readonly receive: Receive
  /** Disconnects the app. */
  readonly happen: () => void
}

/**
 * Makes what the app behind a middleware gets.
 *
 * @param where The name of the middleware, for the log.
 * @param outerDisconnect The `onDisconnect` of the scope around the middleware.
 */
export function disconnection(
  where: string,
  outerDisconnect: HTTPScope['onDisconnect'],
  outerReceive: Receive,
): Disconnection {
  /** The disconnect listeners that were not called yet, and the pending calls of `receive`. */
  const listeners = new Set<() => void>()
  let hasHappened = false
  // An error of a listener would end the process, or keep the others from being called.
  const call = (listener: () => void): void => callListener(`${where}: onDisconnect`, listener)
  return {
    onDisconnect(listener) {
      const once = (): void => {
        if (listeners.delete(once)) listener()
      }
      listeners.add(once)
      if (hasHappened) call(once)
      outerDisconnect?.(once)
    },
    receive() {
      if (hasHappened) return Promise.resolve(DISCONNECT)
      return new Promise((resolve, reject) => {
        const leave = (): void => resolve(DISCONNECT)
        listeners.add(leave)
        // The listener is removed because it holds the message: a large body would accumulate here.
        outerReceive()
          .then(resolve, reject)
          .then(() => listeners.delete(leave))
      })
    },
    happen() {
      hasHappened = true
      for (const listener of listeners) call(listener)
    },
  }
}
