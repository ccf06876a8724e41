/** Makes fetch responses, with properties that some runtimes need. */

/** Makes a body from the absolute path of a file. */
export type FileBody = (path: string) => Blob

/**
 * Makes a fetch response from validated parts.
 *
 * The runtime sets the length of a whole body. With a `content-length`, Deno takes a third longer: it has a
 * fast path for responses with a content type only, which most are.
 */
export function makeResponse(
  body: Uint8Array | ReadableStream<Uint8Array> | Blob | string | null,
  status: number,
  fields: readonly string[],
): globalThis.Response {
  const headers: [string, string][] = []
  const isCounted = body !== null && !(body instanceof ReadableStream)
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? ''
    if (isCounted && name === 'content-length') continue
    headers.push([name, fields[index + 1] ?? ''])
  }
  // Without this option, Workers would encode a body again by its content-encoding.
  const init = { status, headers, encodeBody: 'manual' }
  // Bodies are never in memory that threads share, as the types assume.
  return new globalThis.Response(body as BodyInit | null, init)
}

interface Workers {
  readonly FixedLengthStream?: new (length: number) => ReadableWritablePair<Uint8Array, Uint8Array>
}

/** Workers ignore the content-length of a stream and send chunks, unless the stream has a fixed length. */
export function withFixedLength(
  readable: ReadableStream<Uint8Array>,
  length: number,
): ReadableStream<Uint8Array> {
  const { FixedLengthStream } = globalThis as Workers
  return FixedLengthStream ? readable.pipeThrough(new FixedLengthStream(length)) : readable
}
