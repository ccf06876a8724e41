/** Ends a connection after its last response, without losing that response. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'

/** How long a client may be silent while what it still sends is discarded. */
const SILENCE_MS = 1_000

/** How long that goes on at the most. */
const LINGER_MS = 10_000

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
 * Keeps a connection while its client still sends a body that is not read, for ten seconds at the
 * most: a socket that is closed with unread bytes is reset, and the client may never see the answer.
 *
 * Node calls `destroySoon` when the last response is written; here that ends only our side, and the
 * rest follows when the body has come, the client falls silent, or the time is up.
 */
export function linger(request: IncomingMessage): void {
  const { socket } = request
  const destroySoon = (): void => endSoftly(socket, request)
  socket.destroySoon = destroySoon
}

/**
 * Ends our side of a connection at once, and the rest of it when all has come that the client sends,
 * when it falls silent, or when the time is up.
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
  const latest = performance.now() + LINGER_MS
  let read = socket.bytesRead
  const timer = setTimeout(() => {
    if (socket.bytesRead === read || performance.now() >= latest) close()
    else {
      read = socket.bytesRead
      timer.refresh()
    }
  }, SILENCE_MS)
  socket.once('close', () => clearTimeout(timer))
  if (rest.readableEnded) close()
  else rest.once('end', close).resume()
}
