/** Ends a connection after its last response, without losing that response. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** How long what a client still sends is discarded. */
const LINGER_MS = 500

const LAST = new WeakSet<Socket>()
const LINGERING = new WeakSet<Socket>()

/** No request that follows on this connection is served (RFC 9112 section 9.6). */
export function markLast(socket: Socket): void {
  LAST.add(socket)
}

/** Whether the last request of this connection has been. */
export function isPastLast(socket: Socket): boolean {
  return LAST.has(socket)
}

/** Whether a connection only waits for what its client still sends, and ends by itself. */
export function isLingering(socket: Socket): boolean {
  return LINGERING.has(socket)
}

/**
 * Keeps a connection for a moment while its client still sends a body that nobody reads: a socket
 * that is closed with unread bytes is reset, and the client may never see the answer.
 *
 * Node calls `destroySoon` when the last response is written; here that ends only our side, and the
 * rest follows when the body has come or the time is up.
 */
export function linger(request: IncomingMessage): void {
  const { socket } = request
  const close = (): void => {
    socket.destroy()
  }
  socket.destroySoon = () => {
    if (LINGERING.has(socket)) return
    LINGERING.add(socket)
    socket.end()
    const timer = setTimeout(close, LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
    if (request.readableEnded) close()
    else request.once('end', close).resume()
  }
}
