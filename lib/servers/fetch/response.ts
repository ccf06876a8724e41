/** Makes fetch responses, with the hints that single runtimes need. */

/** The body that a file makes, by its absolute path. */
export type FileBody = (path: string) => Blob

/**
 * Makes a fetch response of checked parts.
 *
 * A body that is there as a whole is counted by the runtime. Told its length, Deno takes a third longer:
 * it has a short way for answers with a content type and nothing else, which most are.
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
  // Workers encode a body by its content-encoding once more, unless they are told not to.
  const init = { status, headers, encodeBody: 'manual' }
  // Bodies are never in memory that is shared between threads, as types fear.
  return new globalThis.Response(body as BodyInit | null, init)
}

interface Workers {
  readonly FixedLengthStream?: new (length: number) => ReadableWritablePair<Uint8Array, Uint8Array>
}

/** Workers ignore the content-length of a stream and send chunks, unless the stream has a fixed length. */
export function fixed(
  readable: ReadableStream<Uint8Array>,
  length: number,
): ReadableStream<Uint8Array> {
  const { FixedLengthStream } = globalThis as Workers
  return FixedLengthStream ? readable.pipeThrough(new FixedLengthStream(length)) : readable
}
