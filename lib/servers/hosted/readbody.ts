/** Bodies that a host's parser has read before: given again, or missed with a reason. */

import { parseMediaType } from '../../http/mediatypes.ts'
import { encodeText } from '../../internal/bytes.ts'
import type { App, HeaderList, Receive, ReceiveMessage } from '../../types.ts'
import type { HostedRequest } from './mountpoint.ts'

/** Whether the request has a body that the host has begun to read. */
export function isRead(request: HostedRequest): boolean {
  const { headers, readableEnded, readableDidRead } = request
  const length = headers['content-length'] ?? '0'
  // Over HTTP/2 only the stream tells, where no length was announced.
  const { stream } = request as { stream?: { readonly endAfterHeaders?: boolean } }
  const isOpen = headers['transfer-encoding'] !== undefined || stream?.endAfterHeaders === false
  const hasBody = isOpen || Number(length) !== 0
  return hasBody && (readableEnded || readableDidRead)
}

/**
 * The app, given what the host has kept of the body.
 *
 * The fields of the scope are changed to say what is given: it has another length, and is unpacked.
 */
export function replayed(app: App, request: HostedRequest): App {
  return (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const body = keptBody(request)
    if (body === undefined) return app(scope, () => Promise.reject(gone()), send)
    scope.headers = described(scope.headers, body.byteLength)
    return app(scope, withBody(body, receive), send)
  }
}

function described(headers: HeaderList, length: number): HeaderList {
  const kept = headers.filter((_, index) => !FRAMING.has(headers[index - (index % 2)] ?? ''))
  return [...kept, 'content-length', String(length)]
}

/** The exchange itself has no body; what it tells of that was told here. */
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

/** The body as it was, or one of the same meaning; undefined when there is no telling. */
function keptBody({ rawBody, body, headers }: HostedRequest): Uint8Array | undefined {
  if (rawBody instanceof Uint8Array) return rawBody
  if (body instanceof Uint8Array) return body
  const { type, params } = parseMediaType(headers['content-type'] ?? '')
  if (typeof body === 'string') return encoded(body, params?.get('charset') ?? 'utf-8')
  if (body === undefined) return undefined
  if (/[/+]json$/.test(type)) return encodeText(JSON.stringify(body))
  if (type === 'application/x-www-form-urlencoded') return urlencoded(body)
  return undefined
}

function encoded(text: string, charset: string): Uint8Array | undefined {
  if (/^utf-?8$/i.test(charset)) return encodeText(text)
  return Buffer.isEncoding(charset) ? Buffer.from(text, charset) : undefined
}

/** Only what is flat; how deeper values were written is the parser's secret. */
function urlencoded(body: unknown): Uint8Array | undefined {
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

function gone(): Error {
  return new Error(
    "toNode: the request's body was read before, and is not kept in request.body or request.rawBody. Put the listener before body parsers.",
  )
}
