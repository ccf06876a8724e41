/** Resets a stream: the client must not mistake an incomplete response for a complete one. */
import type { ServerHttp2Stream } from 'node:http2'

/** Resets a stream. `close(code)` cannot be used, because it completes the response before it resets the stream. */
export function resetStream(stream: ServerHttp2Stream): void {
  stream.destroy(new Error('the server has reset the stream'))
}
