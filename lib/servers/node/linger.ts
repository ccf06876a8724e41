/** Ends a connection after its last response, without losing that response. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'

/** How often a connection is looked at. */
const LOOK_MS = 1_000

/** After how many looks without a byte the client counts as silent: uploads often pause for seconds. */
const MOST_SILENT_LOOKS = 5

/** How long that goes on at the most. */
const LINGER_MS = 10_000

const LAST = new WeakSet<Socket>()

/** How many looks in a row have found nothing new. */
const SILENT_LOOKS = new WeakMap<Socket, number>()

/** No request that follows on this connection is served (RFC 9112 section 9.6). */
export function markLast(socket: Socket): void {
  LAST.add(socket)
}

/** Whether the last request of this connection has been. */
export function isPastLast(socket: Socket): boolean {
  return LAST.has(socket)
}

/** Whether a connection only waits for a body that its client is still sending; it ends by itself. */
export function isLingering(socket: Socket): boolean {
  return SILENT_LOOKS.get(socket) === 0
}

/**
 * Keeps a connection while its client still sends a body that is not read, for ten seconds at the
 * most: a socket that is closed with unread bytes is reset, and the client may never see the answer.
 *
 * Node calls `destroySoon` when the last response is written; here that ends only our side, and the
 * rest follows when the body has come, the client is silent for five seconds, or the time is up.
 */
export function linger(request: IncomingMessage): void {
  const { socket } = request
  const destroySoon = (): void => endSoftly(socket, request)
  socket.destroySoon = destroySoon
}

/**
 * Ends our side of a connection at once, and the rest of it when all has come that the client sends,
 * when it is silent for five seconds, or when the time is up.
 *
 * @param rest What the client still sends: the body of a request, or anything at all.
 */
export function endSoftly(socket: Socket, rest: Readable = socket): void {
  if (SILENT_LOOKS.has(socket)) return
  SILENT_LOOKS.set(socket, 0)
  const close = (): void => {
    socket.destroy()
  }
  socket.end()
  const latest = performance.now() + LINGER_MS
  let read = socket.bytesRead
  const timer = setTimeout(() => {
    const silent = socket.bytesRead === read ? (SILENT_LOOKS.get(socket) ?? 0) + 1 : 0
    if (silent >= MOST_SILENT_LOOKS || performance.now() >= latest) return close()
    SILENT_LOOKS.set(socket, silent)
    read = socket.bytesRead
    timer.refresh()
  }, LOOK_MS)
  socket.once('close', () => clearTimeout(timer))
  if (rest.readableEnded) close()
  else rest.once('end', close).resume()
}
