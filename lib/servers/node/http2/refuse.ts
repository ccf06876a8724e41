/** Answers of the server's own, to streams. */
import type { ServerHttp2Stream } from 'node:http2'
import type { HeaderList } from '../../../types.ts'
import { textOf } from '../refuse.ts'
import { toStreamHeaders } from './fields.ts'

/** Answers with a bare status. */
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
