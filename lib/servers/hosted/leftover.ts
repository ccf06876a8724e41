/** Leaves upgrades that are not for the app to other listeners of the host, if there are any. */
import type { Server } from 'node:http'
import { type Handshake, refuseHandshake } from '../node/websockets/answer.ts'

/** How long other listeners may take to use an upgrade before the answer is 404, in ms. */
const OTHERS_MS = 2_000

/**
 * Leaves a handshake to the other 'upgrade' listeners of its server. Returns whether there are any.
 *
 * If no listener uses the connection, this function answers with 404 in the end: Node would leave the
 * connection open.
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

/** Whether the server has other listeners. Node sets `server` on the connections of HTTP servers. */
function hasOthers({ socket }: Handshake): boolean {
  const { server } = socket as { server?: Server | null }
  return (server?.listenerCount('upgrade') ?? 0) > 1
}

/** Whether a listener reads the connection. This includes one that still waits for an upstream. */
function isRead({ socket }: Handshake): boolean {
  return socket.listenerCount('data') + socket.listenerCount('readable') > 0
}
