/** Writes the head and the whole body of a response at once, with Node's public API. */
import type { ServerResponse } from 'node:http'

/**
 * Writes the head and the body in one write. `end(body)` adds an empty string after the body, and two pieces
 * need a `writev`, which takes an eighth of the time of a small exchange.
 *
 * The head must have a Content-Length, or the body is sent in chunks.
 */
export function writeAtOnce(
  response: ServerResponse,
  body: string | Uint8Array,
  encoding?: BufferEncoding,
): void {
  const { socket } = response // null while an earlier response is written
  socket?.cork() // otherwise `write` corks it until the end of the turn
  // Node's types do not allow an undefined encoding.
  response.write(body, encoding as BufferEncoding)
  socket?.uncork()
}
