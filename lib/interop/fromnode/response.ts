/** The response inside: a real `ServerResponse`, whose head and parts go into an outbox. */
import {
  type IncomingMessage,
  ServerResponse,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http'
import { nextTick } from 'node:process'
import { indexOfName, isHeaderValue } from '../../http/headers.ts'
import { FRAMING } from '../../http/hopbyhop.ts'
import { encodeText, NO_BYTES } from '../../internal/bytes.ts'
import type { HeaderList } from '../../types.ts'
import type { InnerResponse } from './internals.ts'
import type { Callback, Outbox } from './responsemessages.ts'
import type { InnerSocket } from './socket.ts'

/** What the methods of a response need to know of where they are. */
export interface Surroundings {
  readonly outbox: Outbox
  /** Whether hints, and fields after the body, can be sent. */
  readonly sendsHints: boolean
  readonly sendsTrailers: boolean
  /** Whether there will be trailers, whatever the head says. */
  readonly announced: boolean
  /** Told when the response was ended. */
  ended(): void
}

const SURROUNDINGS: unique symbol = Symbol('surroundings')

interface Placed extends InnerResponse {
  [SURROUNDINGS]: Surroundings
}

/**
 * Makes a response. The methods are its own properties: Express gives it another prototype, by which
 * those of a subclass would be lost.
 */
export function makeResponse(
  request: IncomingMessage,
  socket: InnerSocket,
  surroundings: Surroundings,
): InnerResponse {
  const response = new ServerResponse(request) as Placed
  response[SURROUNDINGS] = surroundings
  response._storeHeader = storeHeader
  response._send = send
  response._writeRaw = writeRaw
  response._finish = finish
  // It has all that http messages ask of a socket.
  response.assignSocket(socket as never)
  return response
}

type Field = readonly [name: string, value: unknown]

/** In place of the text of a head, a start message. */
function storeHeader(this: Placed, firstLine: string, headers: unknown): void {
  const { outbox, sendsTrailers, announced } = this[SURROUNDINGS]
  const { statusCode: status } = this
  assertStatus(status)
  const list: string[] = []
  // Either was checked by setHeader, or nobody has looked at it yet.
  const isChecked = this.getHeaderNames().length > 0
  for (const field of isChecked ? Object.entries(this.getHeaders()) : checked(headers)) {
    addField(list, field)
  }
  const hasTrailers = announced || this._trailer !== '' || indexOfName(list, 'trailer') >= 0
  const length = indexOfName(list, 'content-length')
  if (length >= 0) this._contentLength = Number(list[length + 1])
  else if (this._contentLength !== null && this._hasBody && !this._removedContLen && !hasTrailers) {
    list.push('content-length', `${this._contentLength}`)
  }
  this._header = firstLine
  const trailers = sendsTrailers && hasTrailers ? { trailers: true } : {}
  outbox.head({ type: 'http.response.start', status, headers: list, ...trailers })
}

/** What is not known to be an answer of HTTP is told to whoever writes it. */
function assertStatus(status: number): void {
  if (status >= 200 && status <= 599) return
  throw new RangeError(
    `fromNode: the status must be from 200 to 599, ${status} was given. Informational responses are the server's to send.`,
  )
}

/** The three forms that `writeHead` takes, checked as Node does it. */
function checked(headers: unknown): readonly Field[] {
  const fields = fieldsOf(headers)
  for (const [name, value] of fields) {
    validateHeaderName(name)
    for (const one of Array.isArray(value) ? value : [value]) validateHeaderValue(name, one)
  }
  return fields
}

function fieldsOf(headers: unknown): readonly Field[] {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {})
  if (Array.isArray(headers[0])) return headers
  if (headers.length % 2 !== 0) {
    throw new TypeError(
      `fromNode: a flat list of headers must have a value for each name, ${headers.length} entries were given. Add what is missing.`,
    )
  }
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]]] : []))
}

function addField(list: string[], [name, value]: Field): void {
  const key = name.toLowerCase()
  if (FRAMING.has(key)) return // the server's own
  if (!Array.isArray(value)) list.push(key, `${value}`)
  else if (key === 'cookie') list.push(key, value.join('; '))
  else for (const one of value) list.push(key, `${one}`)
}

/** In place of the connection, which would get the part framed. */
function send(
  this: Placed,
  data: string | Uint8Array,
  encoding: unknown,
  callback: unknown,
): boolean {
  if (this.destroyed) return false
  const { outbox } = this[SURROUNDINGS]
  const told = typeof callback === 'function' ? (callback as Callback) : undefined
  outbox.write(bytesOf(data, encoding), told)
  return outbox.waiting < this.writableHighWaterMark
}

function bytesOf(data: string | Uint8Array, encoding: unknown): Uint8Array {
  if (typeof data !== 'string') return data
  if (data === '') return NO_BYTES
  const isText = typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)
  return isText ? encodeText(data) : Buffer.from(data, encoding as BufferEncoding)
}

/** Of informational responses only hints have a message; the server itself sends 100. */
function writeRaw(
  this: Placed,
  data: string | Uint8Array,
  encoding: unknown,
  callback: unknown,
): boolean {
  const { outbox, sendsHints } = this[SURROUNDINGS]
  const [, field = ''] = /^HTTP\/1\.1 103 .*?\r\nlink: ([^\r]*)/is.exec(data.toString()) ?? []
  const links = field
    .split(/,\s*(?=<)/)
    .filter((link) => /^<[^>]+>\s*;/.test(link) && isHeaderValue(link))
  if (sendsHints && links.length > 0) outbox.hint(links)
  const told = typeof encoding === 'function' ? encoding : callback
  if (typeof told === 'function') nextTick(told as Callback)
  return true
}

/** The response has ended: all that is left may go. */
function finish(this: Placed): void {
  finishPlain.call(this)
  this[SURROUNDINGS].ended()
}

const { _finish: finishPlain } = ServerResponse.prototype as InnerResponse

/** The fields that `addTrailers` has taken. */
export function trailersOf({ _trailer }: InnerResponse): HeaderList {
  return _trailer
    .split('\r\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)]
    })
}
