/** Upgrades that are not for the app: left to other listeners of the host, if it has any. */
import type { Server } from 'node:http'
import { type Handshake, refuseHandshake } from '../node/websockets/answer.ts'

/** How long others may take to begin with an upgrade, before it is answered by 404. */
const OTHERS_MS = 2_000

/**
 * Leaves a handshake to the other listeners of 'upgrade' of its server, and tells whether there are any.
 *
 * Node closes no connection whose upgrade none of its listeners takes; so this one does, in the end.
 */
export function leaveToOthers(handshake: Handshake): boolean {
  if (!hasOthers(handshake)) return false
  const { socket } = handshake
  const { bytesWritten } = socket
  const timer = setTimeout(() => {
    socket.off('close', stop)
    const isTaken = socket.bytesWritten !== bytesWritten || isRead(handshake)
    if (!isTaken && socket.writable) refuseHandshake(handshake, 404)
  }, OTHERS_MS)
  const stop = (): void => clearTimeout(timer)
  socket.once('close', stop)
  return true
}

/** Node notes on a connection of http what server it is of. */
function hasOthers({ socket }: Handshake): boolean {
  const { server } = socket as { server?: Server | null }
  return (server?.listenerCount('upgrade') ?? 0) > 1
}

/** Also by a listener that still waits for an upstream: Node no longer holds the connection. */
function isRead({ socket }: Handshake): boolean {
  return socket.listenerCount('data') + socket.listenerCount('readable') > 0
}
