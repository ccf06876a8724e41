/** Ends a connection after its last response, without losing that response. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'

/** How often a connection is checked, in ms. */
const LOOK_MS = 1_000

/** The number of checks without a new byte after which the client is silent: uploads often pause for seconds. */
const MOST_SILENT_LOOKS = 5

/** How long a connection lingers at most, in ms. */
const LINGER_MS = 10_000

const LAST = new WeakSet<Socket>()

/** The number of consecutive checks that have found no new byte. */
const SILENT_LOOKS = new WeakMap<Socket, number>()

/** Marks the current request as the last of its connection: later ones are not served (RFC 9112 section 9.6). */
export function markLast(socket: Socket): void {
  LAST.add(socket)
}

/** Whether the last request of this connection has arrived already. */
export function isPastLast(socket: Socket): boolean {
  return LAST.has(socket)
}

/** Whether a connection stays open only because its client still sends a body. It ends by itself. */
export function isLingering(socket: Socket): boolean {
  return SILENT_LOOKS.get(socket) === 0
}

/**
 * Keeps a connection for at most ten seconds while its client sends a body that is not read. A socket that is
 * closed with unread bytes is reset, and the client may never see the response.
 *
 * Node calls `destroySoon` when the last response is written. This function replaces it with one that ends only
 * the sending side; `endSoftly` ends the other side later.
 */
export function linger(request: IncomingMessage): void {
  const { socket } = request
  const destroySoon = (): void => endSoftly(socket, request)
  socket.destroySoon = destroySoon
}

/**
 * Ends the sending side of a connection immediately. The receiving side ends when the client has sent everything,
 * when it is silent for five seconds, or after ten seconds.
 *
 * @param rest The stream that the client still sends: the body of a request, or the whole connection.
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
