/** Breaks off a stream so that its client cannot take what came for all. */
import type { ServerHttp2Stream } from 'node:http2'

/** Not by `close(code)`, which ends the stream properly before it resets it. */
export function resetStream(stream: ServerHttp2Stream): void {
  stream.destroy(new Error('the server has reset the stream'))
}
