/**
 * Passes on bodies that a parser of the host has already read, or throws an error that explains why it
 * cannot.
 */

import { parseMediaType } from '../../http/mediatypes.ts'
import { encodeText } from '../../internal/bytes.ts'
import type { App, HeaderList, Receive, ReceiveMessage } from '../../types.ts'
import type { HostedRequest } from './mountpoint.ts'

/** Whether the request has a body that the host has begun to read. */
export function isRead(request: HostedRequest): boolean {
  const { headers, readableEnded, readableDidRead } = request
  const length = headers['content-length'] ?? '0'
  // Over HTTP/2 without a declared length, only the stream shows whether there is a body.
  const { stream } = request as { stream?: { readonly endAfterHeaders?: boolean } }
  const isOpen = headers['transfer-encoding'] !== undefined || stream?.endAfterHeaders === false
  const hasBody = isOpen || Number(length) !== 0
  return hasBody && (readableEnded || readableDidRead)
}

/**
 * Wraps the app: it gets the body that the host has kept.
 *
 * The fields of the scope are changed to describe this body: its length may differ, and it is not encoded.
 */
export function replayBody(app: App, request: HostedRequest): App {
  return (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const body = keptBody(request)
    if (body === undefined) return app(scope, () => Promise.reject(bodyGone()), send)
    scope.headers = fieldsForBody(scope.headers, body.byteLength)
    return app(scope, withBody(body, receive), send)
  }
}

function fieldsForBody(headers: HeaderList, length: number): HeaderList {
  const kept = headers.filter((_, index) => !FRAMING.has(headers[index - (index % 2)] ?? ''))
  return [...kept, 'content-length', String(length)]
}

/** A `receive` with the kept body. The exchange's own message, an empty body, is skipped. */
function withBody(body: Uint8Array, receive: Receive): Receive {
  let next: ReceiveMessage | undefined = { type: 'http.request', body, moreBody: false }
  return async () => {
    const message = next
    next = undefined
    if (message !== undefined) return message
    const own = await receive()
    return own.type === 'http.request' ? receive() : own
  }
}

const FRAMING = new Set(['content-length', 'content-encoding', 'transfer-encoding'])

/** The original body, or an equivalent one; undefined if neither can be made. */
function keptBody({ rawBody, body, headers }: HostedRequest): Uint8Array | undefined {
  if (rawBody instanceof Uint8Array) return rawBody
  if (body instanceof Uint8Array) return body
  const { type, params } = parseMediaType(headers['content-type'] ?? '')
  if (typeof body === 'string') return encodeBody(body, params?.get('charset') ?? 'utf-8')
  if (body === undefined) return undefined
  if (/[/+]json$/.test(type)) return encodeText(JSON.stringify(body))
  if (type === 'application/x-www-form-urlencoded') return encodeForm(body)
  return undefined
}

function encodeBody(text: string, charset: string): Uint8Array | undefined {
  if (/^utf-?8$/i.test(charset)) return encodeText(text)
  return Buffer.isEncoding(charset) ? Buffer.from(text, charset) : undefined
}

/** A flat form. Nested values are refused because parsers differ in how these are written. */
function encodeForm(body: unknown): Uint8Array | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each !== 'string') return undefined
      params.append(name, each)
    }
  }
  return encodeText(`${params}`)
}

function bodyGone(): Error {
  return new Error(
    "toNode: the request's body was read before, and is not kept in request.body or request.rawBody. Put the listener before body parsers.",
  )
}
