/** Routes of `main` that stream. */
import { StreamingResponse } from '../../../lib/responses.ts'
import { type Routable, Route } from '../../../lib/routing.ts'
import { failMid } from './shared.ts'

/** A source that gives its chunks one after the other, as a network would. */
async function* chunks<Chunk>(...parts: readonly Chunk[]): AsyncGenerator<Chunk> {
  for (const part of parts) yield part
}

function* mixed(): Generator<string | Uint8Array> {
  yield 'x'
  yield new TextEncoder().encode('y')
  yield 'z'
}

/** Throws when it is asked for its first chunk. */
const failFirst: AsyncIterable<string> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no stream')) }),
}

export const streaming: readonly Routable[] = [
  Route(
    '/streaming/text',
    () => new StreamingResponse(chunks('a', 'é', 'c'), { mediaType: 'text/plain' }),
  ),
  Route(
    '/streaming/bytes',
    () => new StreamingResponse(chunks(Uint8Array.of(0x00), Uint8Array.of(0xff))),
  ),
  Route(
    '/streaming/sync',
    () => new StreamingResponse(mixed(), { mediaType: 'text/html', status: 202 }),
  ),
  Route('/streaming/list', () => new StreamingResponse(['l1', 'l2'])),
  Route('/streaming/empty', () => new StreamingResponse(chunks<string>())),
  Route('/streaming/empty-chunks', () => new StreamingResponse(chunks('', 'a', '', 'b', ''))),
  Route(
    '/streaming/length',
    () => new StreamingResponse(chunks('hello', 'world'), { headers: { 'Content-Length': '10' } }),
  ),
  Route(
    '/streaming/status/{code:int}',
    ({ pathParams }) => new StreamingResponse(chunks('hello'), { status: pathParams.code }),
  ),
  Route('/streaming/fail-first', () => new StreamingResponse(failFirst)),
  Route('/streaming/fail-mid', () => new StreamingResponse(failMid())),
]
