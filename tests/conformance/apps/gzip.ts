/** Two apps whose responses are compressed. */
import { Application } from '../../../lib/applications.ts'
import { type CompressOptions, compress, isCompressible } from '../../../lib/middleware/compress.ts'
import { PlainTextResponse, Response, StreamingResponse } from '../../../lib/responses.ts'
import { type Routable, Route } from '../../../lib/routing.ts'
import { digits, file } from './files.ts'
import { text } from './shared.ts'

const CODED = { 'Content-Encoding': 'text' }
const EVENT = `data: ${'x'.repeat(600)}\n\n`
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, ...new Uint8Array(600).fill(120)])

async function* chunks(...parts: readonly string[]): AsyncGenerator<string> {
  for (const part of parts) yield part
}

const routes: readonly Routable[] = [
  Route('/size/{n:int}', ({ pathParams }) => new PlainTextResponse('x'.repeat(pathParams.n))),
  Route('/stream', () => new StreamingResponse(chunks(...Array(10).fill('x'.repeat(400))))),
  Route('/stream-small', () => new StreamingResponse(chunks('a', 'b'))),
  Route('/stream-empty', () => new StreamingResponse(chunks())),
  Route(
    '/stream-length',
    () =>
      new StreamingResponse(chunks('a'.repeat(300), 'b'.repeat(300)), {
        headers: { 'Content-Length': '600' },
      }),
  ),
  Route('/encoded', text('y'.repeat(1000), { headers: CODED })),
  Route(
    '/encoded-stream',
    () => new StreamingResponse(chunks('x'.repeat(400), 'x'.repeat(400)), { headers: CODED }),
  ),
  Route('/sse', () => new StreamingResponse(chunks(EVENT), { mediaType: 'text/event-stream' })),
  Route('/sse-plain', text(EVENT, { mediaType: 'text/event-stream' })),
  Route('/vary', text('x'.repeat(600), { headers: { Vary: 'Cookie' } })),
  Route('/vary-dup', text('x'.repeat(600), { headers: { Vary: 'Accept-Encoding' } })),
  Route('/etag', text('x'.repeat(600), { headers: { ETag: '"abc"' } })),
  Route('/png', () => new Response(PNG, { mediaType: 'image/png' })),
  Route(
    '/err/{n:int}',
    ({ pathParams }) => new PlainTextResponse('e'.repeat(pathParams.n), { status: 404 }),
  ),
  Route('/204', () => new Response(null, { status: 204 })),
  Route('/304', () => new Response(null, { status: 304 })),
  Route('/file', file('big.bin', { mediaType: 'text/plain' })),
  Route('/digits', digits()),
]

/** Starlette leaves event streams alone, since it cannot flush them event by event. */
const types = (type: string): boolean => isCompressible(type) && type !== 'text/event-stream'

const compressed = (options?: CompressOptions): Application =>
  Application({ routes, middleware: [compress({ types, ...options })] })

export const gzip: Application = compressed()

export const gzipMin10: Application = compressed({ minSize: 10, levels: { gzip: 1 } })
