/** Encodes the body of a test request. */

import type { Headers } from '../../http/headers.ts'
import { encodeText } from '../../internal/bytes.ts'
import { giveUp, iterate, type Source, take } from '../../internal/sources.ts'
import type { TestRequestOptions } from './options.ts'

/**
 * Returns the body as a stream. It sets Content-Length if the length is known, otherwise chunked encoding.
 *
 * @throws TypeError if both `body` and `json` are set.
 */
export async function encodeBody(
  { body, json }: TestRequestOptions,
  headers: Headers,
): Promise<ReadableStream<Uint8Array> | null> {
  if (json !== undefined && body !== undefined && body !== null) {
    throw new TypeError(
      'testClient: a request has one body, body and json were given. Leave one of them out.',
    )
  }
  if (json !== undefined) headers.setDefault('content-type', 'application/json')
  const content = json === undefined ? body : encodeText(JSON.stringify(json))
  if (content === undefined || content === null) return null
  if (isStream(content)) {
    headers.setDefault('transfer-encoding', 'chunked')
    return toStream(content)
  }
  const whole = new globalThis.Response(content as BodyInit)
  const type = whole.headers.get('content-type')
  if (type !== null) headers.setDefault('content-type', type)
  const bytes = new Uint8Array(await whole.arrayBuffer())
  headers.setDefault('content-length', String(bytes.byteLength))
  return toStream([bytes])
}

export function isStream(content: unknown): content is AsyncIterable<string | Uint8Array> {
  return typeof content === 'object' && content !== null && Symbol.asyncIterator in content
}

function toStream(parts: Source<string | Uint8Array>): ReadableStream<Uint8Array> {
  const items = iterate(take(parts))
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await items.next()
      if (done) controller.close()
      else controller.enqueue(typeof value === 'string' ? encodeText(value) : value)
    },
    cancel: () => void giveUp(parts, items),
  })
}
