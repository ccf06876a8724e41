/** Checks the start of a response before any part of it is written. */
import { ProtocolError } from '../exceptions.ts'
import { lowerName } from '../http/fieldlists.ts'
import { NAME_RULE, valueRule } from '../http/fieldrules.ts'
import { isHeaderName, isHeaderValue } from '../http/headers.ts'
import { FRAMING } from '../http/hopbyhop.ts'
import { isBodyless, isStatus } from '../http/status.ts'
import type {
  HeaderList,
  HTTPResponseStartMessage,
  HTTPResponseTrailersMessage,
  HTTPScope,
} from '../types.ts'

/** The members of a request on which its response depends. */
export type RequestFacts = Pick<HTTPScope, 'method' | 'httpVersion' | 'headers'>

/** The start of a response, ready to be written. */
export interface Head {
  readonly status: number
  readonly headers: HeaderList
  /** The length that the app announced, or undefined. */
  readonly length: number | undefined
  /** Whether trailers follow the body. */
  readonly trailers: boolean
  /** Whether trailers are sent: the client accepts them, and the body is sent in chunks. */
  readonly sendsTrailers: boolean
  /** Whether a response of this status never has a body. */
  readonly bodyless: boolean
  /** Whether the body is counted but not sent, because of the status or because the request is a HEAD. */
  readonly dropsBody: boolean
}

/**
 * Reads a start message. Its list is not changed. The names in the result are in lower case.
 *
 * @throws ProtocolError if the status or a header cannot be sent.
 */
export function readHead(message: HTTPResponseStartMessage, scope: RequestFacts): Head {
  const { type, status, headers, trailers = false } = message
  if (!isStatus(status)) {
    throw invalid(type, `the status must be an integer from 200 to 599, ${status} was sent`)
  }
  const bodyless = isBodyless(status)
  const dropsBody = bodyless || scope.method === 'HEAD'
  const sendsTrailers = trailers && !dropsBody && acceptsTrailers(scope)
  // Trailers need chunks, a 204 has no length (RFC 9110 section 8.6), and the length of a 205 is 0.
  const keepsLength = !trailers && status !== 204 && status !== 205
  // The list is copied, because the app could change it between the check and the write.
  assertList(type, headers)
  const list = headers.slice()
  // Most lists are sent unchanged. If a field is left out, the fields before it are copied once more.
  let kept: string[] | undefined
  let length: number | undefined
  for (let index = 0; index < list.length; index += 2) {
    const isKnown = isKnownField(list[index], list[index + 1])
    const name = isKnown ? (list[index] ?? '') : lowerName(list[index] ?? '')
    const value = list[index + 1] ?? ''
    list[index] = name
    let isKept = true
    if (name === 'content-length') {
      isKept = keepsLength && length === undefined
      length = lengthOf(value, length)
    } else if (!isKnown) {
      assertField(type, name, value)
      // Node throws for a `trailer` field if it cannot send trailers.
      isKept = !FRAMING.has(name) && (name !== 'trailer' || sendsTrailers)
    }
    if (!isKept) kept ??= list.slice(0, index)
    else kept?.push(name, value)
  }
  if (!keepsLength) length = undefined
  // After a 205, unlike a 204 or 304, clients wait for a body (RFC 9112 section 6.3).
  if (status === 205 && !trailers) kept = [...(kept ?? list), 'content-length', '0']
  return { status, headers: kept ?? list, length, trailers, sendsTrailers, bodyless, dropsBody }
}

/**
 * Reads trailers, without fields that would change the framing of the message (RFC 9110 section 6.5.1).
 *
 * @throws ProtocolError if a field cannot be sent.
 */
export function readTrailers({ type, headers }: HTTPResponseTrailersMessage): HeaderList {
  return readFurther(type, headers)
}

/**
 * Reads fields of a message whose framing is already determined, without fields of framing.
 *
 * @throws ProtocolError if a field cannot be sent.
 */
export function readFurther(type: string, headers: HeaderList): HeaderList {
  const kept: string[] = []
  assertList(type, headers)
  for (let index = 0; index < headers.length; index += 2) {
    const name = lowerName(headers[index] ?? '')
    const value = headers[index + 1] ?? ''
    assertField(type, name, value)
    if (name !== 'content-length' && name !== 'trailer' && !FRAMING.has(name)) {
      kept.push(name, value)
    }
  }
  return kept
}

/** Whether the client accepts trailers. */
function acceptsTrailers({ headers, httpVersion }: RequestFacts): boolean {
  if (httpVersion === '1.0') return false
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] === 'te' && /(?:^|,)\s*trailers\s*(?:,|$)/i.test(headers[index + 1] ?? '')) {
      return true
    }
  }
  return false
}

function assertList(type: string, headers: unknown): void {
  if (Array.isArray(headers) && headers.length % 2 === 0) return
  throw invalid(
    type,
    Array.isArray(headers)
      ? 'the headers must be a flat list of names and values, an odd number was sent'
      : `the headers must be a flat list of names and values, ${typeof headers} was sent`,
  )
}

/**
 * The last valid value by name. Programs send most fields again and again, so these need no further check.
 */
const KNOWN_FIELDS = new Map<unknown, string>()
const MOST_KNOWN_FIELDS = 1000
const LONGEST_KNOWN_VALUE = 1000

/** Whether a field was found valid before, and does not belong to the framing. */
function isKnownField(name: unknown, value: unknown): boolean {
  const known = KNOWN_FIELDS.get(name)
  return known !== undefined && known === value
}

function assertField(type: string, name: unknown, value: unknown): void {
  const isKnownName = KNOWN_FIELDS.has(name) // only text is found
  if (typeof name !== 'string' || !(isKnownName || isHeaderName(name))) {
    throw invalid(type, `${NAME_RULE}, ${JSON.stringify(name)} was sent`)
  }
  if (typeof value !== 'string' || !isHeaderValue(value)) {
    throw invalid(type, valueRule(name))
  }
  if (value.length > LONGEST_KNOWN_VALUE || name === 'trailer' || FRAMING.has(name)) return
  if (isKnownName || KNOWN_FIELDS.size < MOST_KNOWN_FIELDS) KNOWN_FIELDS.set(name, value)
}

function lengthOf(value: string, before: number | undefined): number {
  const type = 'http.response.start'
  const length = typeof value === 'string' ? decimal(value) : Number.NaN
  if (Number.isNaN(length)) {
    throw invalid(
      type,
      `content-length must be a number of bytes, ${JSON.stringify(value)} was sent`,
    )
  }
  if (before !== undefined && before !== length) {
    throw invalid(type, 'content-length was sent twice')
  }
  return length
}

/** Reads up to 15 digits as a number, or returns NaN. A regular expression would double the time. */
function decimal(text: string): number {
  if (text.length === 0 || text.length > 15) return Number.NaN
  let number = 0
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

function invalid(type: string, what: string): ProtocolError {
  return new ProtocolError(`${type}: ${what}. Nothing of it was sent to the client.`)
}
