/** Tells of connections that close. */
import type { Socket } from 'node:net'

const WAITING: unique symbol = Symbol('waiting')

interface Watched extends Socket {
  [WAITING]?: (() => void)[]
}

/**
 * Calls a listener when the connection closes, unless it is forgotten before; at once when it has.
 *
 * One 'close' listener serves a connection, however many exchanges wait on it, at once or in turn.
 */
export function whenLost(socket: Watched, listener: () => void): void {
  if (socket.destroyed) listener()
  else listenersOf(socket).push(listener)
}

/** Takes a listener back. */
export function forgetLost(socket: Watched, listener: () => void): void {
  const listeners = socket[WAITING] ?? []
  const index = listeners.lastIndexOf(listener)
  if (index >= 0) listeners.splice(index, 1)
}

function listenersOf(socket: Watched): (() => void)[] {
  const known = socket[WAITING]
  if (known !== undefined) return known
  const listeners: (() => void)[] = []
  socket[WAITING] = listeners
  // What stands for the connection of a request that was made by hand may be no emitter, and is not lost.
  if (typeof socket.once !== 'function') return listeners
  socket.once('close', () => {
    for (const each of listeners.splice(0)) each()
  })
  return listeners
}
