/** Tells of connections that close. */
import type { Socket } from 'node:net'

const WAITING = new WeakMap<Socket, Set<() => void>>()

/**
 * Calls a listener when the connection closes, unless it is forgotten before; at once when it has.
 *
 * One 'close' listener serves a connection, however many exchanges wait on it, at once or in turn.
 */
export function whenLost(socket: Socket, listener: () => void): () => void {
  if (socket.destroyed) {
    listener()
    return () => {}
  }
  let listeners = WAITING.get(socket)
  if (listeners === undefined) {
    const all = new Set<() => void>()
    listeners = all
    WAITING.set(socket, all)
    socket.once('close', () => {
      for (const each of all) each()
    })
  }
  listeners.add(listener)
  return () => listeners.delete(listener)
}
