/** Responses of the server itself, without the app, over HTTP/2. */
import type { ServerHttp2Stream } from 'node:http2'
import type { HeaderList } from '../../../types.ts'
import { textOf } from '../refuse.ts'
import { toStreamHeaders } from './fields.ts'

/** Sends a response that has only a status and its text. */
export function refuseStream(
  stream: ServerHttp2Stream,
  status: number,
  further: HeaderList = [],
): void {
  if (stream.closed || stream.destroyed || stream.headersSent) return
  const text = textOf(status)
  stream.respond({
    ...toStreamHeaders(further, status),
    'content-type': 'text/plain; charset=utf-8',
    'content-length': text.length,
  })
  if (!stream.writableEnded) stream.end(text)
}
