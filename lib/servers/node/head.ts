/** Checks the start of a response before any of it can reach the wire. */
import { ProtocolError } from '../../exceptions.ts'
import { isHeaderName, isHeaderValue } from '../../headers.ts'
import { isBodyless } from '../../status.ts'
import type { HeaderList, HTTPResponseStartMessage } from '../../types.ts'

/** The start of a response, ready to be written. */
export interface Head {
  readonly status: number
  readonly headers: HeaderList
  /** The length that the app announced, or undefined. */
  readonly length: number | undefined
  /** Whether trailers follow the body. */
  readonly trailers: boolean
  /** Whether a response of this status never has a body. */
  readonly bodyless: boolean
}

/**
 * The framing of a message is the server's own (RFC 9112 section 6): what an app says of it is left
 * out. Node would send `transfer-encoding: gzip` as it stands, and the client would wait for chunks.
 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
])

/**
 * Reads a start message; the list it came with stays as it is.
 *
 * @throws ProtocolError for a status or a header that cannot be sent.
 */
export function readHead({ status, headers, trailers = false }: HTTPResponseStartMessage): Head {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw invalid(`the status must be an integer from 200 to 599, ${status} was sent`)
  }
  if (!Array.isArray(headers) || headers.length % 2 !== 0) {
    throw invalid('the headers must be a flat list of names and values, an odd number was sent')
  }
  const kept: HeaderList = []
  let length: number | undefined
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]
    const value = headers[index + 1]
    if (typeof name !== 'string' || !isHeaderName(name)) {
      throw invalid(`${JSON.stringify(name)} is no header name`)
    }
    if (typeof value !== 'string' || !isHeaderValue(value)) {
      throw invalid(`the value of "${name}" must be latin-1 text without control characters`)
    }
    if (name === 'content-length') {
      length = lengthOf(value, length)
      if (trailers) continue // trailers need chunks
    }
    if (!HOP_BY_HOP.has(name)) kept.push(name, value)
  }
  return {
    status,
    headers: kept,
    length: trailers ? undefined : length,
    trailers,
    bodyless: isBodyless(status),
  }
}

function lengthOf(value: string, before: number | undefined): number {
  if (!/^[0-9]{1,15}$/.test(value))
    throw invalid(`content-length ${JSON.stringify(value)} is no length`)
  const length = Number(value)
  if (before !== undefined && before !== length) throw invalid('content-length was sent twice')
  return length
}

function invalid(what: string): ProtocolError {
  return new ProtocolError(`http.response.start: ${what}. Nothing was sent to the client.`)
}
