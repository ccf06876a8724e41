/** Calls listeners when connections close. */
import type { Socket } from 'node:net'

const CLOSE_LISTENERS: unique symbol = Symbol('close listeners')

interface SocketWithListeners extends Socket {
  [CLOSE_LISTENERS]?: (() => void)[]
}

/**
 * Calls a listener when the connection closes, or immediately if it has closed. `forgetLost` removes the listener.
 *
 * One 'close' listener serves all exchanges of a connection.
 */
export function whenLost(socket: SocketWithListeners, listener: () => void): void {
  if (socket.destroyed) listener()
  else listenersOf(socket).push(listener)
}

/** Removes a listener. */
export function forgetLost(socket: SocketWithListeners, listener: () => void): void {
  const listeners = socket[CLOSE_LISTENERS]
  const index = listeners?.lastIndexOf(listener) ?? -1
  if (index >= 0) listeners?.splice(index, 1)
}

function listenersOf(socket: SocketWithListeners): (() => void)[] {
  const known = socket[CLOSE_LISTENERS]
  if (known !== undefined) return known
  const listeners: (() => void)[] = []
  socket[CLOSE_LISTENERS] = listeners
  // A request that a test or a library has constructed may have a plain object as its connection, which never closes.
  if (typeof socket.once !== 'function') return listeners
  socket.once('close', () => {
    for (const each of listeners.splice(0)) each()
  })
  return listeners
}
