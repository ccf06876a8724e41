/** Ends a connection after its last response, without losing that response. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'

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
  const destroySoon = (): void => endSoftly(socket, request)
  socket.destroySoon = destroySoon
}

/**
 * Ends our side of a connection at once, and the rest of it when all has come that the client sends,
 * or the time is up.
 *
 * @param rest What the client still sends: the body of a request, or anything at all.
 */
export function endSoftly(socket: Socket, rest: Readable = socket): void {
  if (LINGERING.has(socket)) return
  LINGERING.add(socket)
  const close = (): void => {
    socket.destroy()
  }
  socket.end()
  const timer = setTimeout(close, LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
  if (rest.readableEnded) close()
  else rest.once('end', close).resume()
}
