/** The handler's response: a real `ServerResponse`, whose head and parts become messages. */

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
import { outOfRange } from '../../internal/checks.ts'
import type { HeaderList } from '../../types.ts'
import type { InnerResponse } from './internals.ts'
import type { Callback, ResponseMessages } from './responsemessages.ts'
import type { InnerSocket } from './socket.ts'

/** The exchange of a response, as far as the response's methods need it. */
interface ResponseContext {
  readonly messages: ResponseMessages
  /** Whether early hints and trailers can be sent. */
  readonly sendsHints: boolean
  readonly sendsTrailers: boolean
  /** Whether trailers will follow, even if the head does not announce them. */
  readonly announced: boolean
  /** Called when the response has ended. */
  ended(): void
}

const CONTEXT: unique symbol = Symbol('context')

interface ResponseWithContext extends InnerResponse {
  [CONTEXT]: ResponseContext
}

/**
 * Makes a response. The methods are own properties because Express replaces the prototype, which would remove
 * those of a subclass.
 */
export function makeResponse(
  request: IncomingMessage,
  socket: InnerSocket,
  context: ResponseContext,
): InnerResponse {
  const response = new ServerResponse(request) as ResponseWithContext
  response[CONTEXT] = context
  response._storeHeader = storeHeader
  response._send = send
  response._writeRaw = writeRaw
  response._finish = finish
  // It has all properties that http messages use of a socket.
  response.assignSocket(socket as never)
  return response
}

type Field = readonly [name: string, value: unknown]

/** Records a start message instead of the text of a head. */
function storeHeader(this: ResponseWithContext, firstLine: string, headers: unknown): void {
  const { messages, sendsTrailers, announced } = this[CONTEXT]
  const { statusCode: status } = this
  assertStatus(status)
  const list: string[] = []
  // Either setHeader has checked the fields, or they are still unchecked.
  const isChecked = this.getHeaderNames().length > 0
  for (const field of isChecked ? Object.entries(this.getHeaders()) : checkFields(headers)) {
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
  messages.head({ type: 'http.response.start', status, headers: list, ...trailers })
}

/** Throws an error to the writer if the status is invalid. */
function assertStatus(status: number): void {
  if (status >= 200 && status <= 599) return
  const fix = 'Informational responses are sent by the server'
  throw outOfRange('fromNode', 'the status must be from 200 to 599', status, fix)
}

/** The three forms of `writeHead`, checked as Node does. */
function checkFields(headers: unknown): readonly Field[] {
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
  if (FRAMING.has(key)) return // set by the server
  if (!Array.isArray(value)) list.push(key, `${value}`)
  else if (key === 'cookie') list.push(key, value.join('; '))
  else for (const one of value) list.push(key, `${one}`)
}

/** Records a part instead of writing it to the connection. */
function send(
  this: ResponseWithContext,
  data: string | Uint8Array,
  encoding: unknown,
  callback: unknown,
): boolean {
  if (this.destroyed) return false
  const { messages } = this[CONTEXT]
  const onWritten = typeof callback === 'function' ? (callback as Callback) : undefined
  messages.write(bytesOf(data, encoding), onWritten)
  return messages.waiting < this.writableHighWaterMark
}

function bytesOf(data: string | Uint8Array, encoding: unknown): Uint8Array {
  if (typeof data !== 'string') return data
  if (data === '') return NO_BYTES
  const isText = typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)
  return isText ? encodeText(data) : Buffer.from(data, encoding as BufferEncoding)
}

/** Only early hints have a message; the server itself sends 100. */
function writeRaw(
  this: ResponseWithContext,
  data: string | Uint8Array,
  encoding: unknown,
  callback: unknown,
): boolean {
  const { messages, sendsHints } = this[CONTEXT]
  const [, field = ''] = /^HTTP\/1\.1 103 .*?\r\nlink: ([^\r]*)/is.exec(data.toString()) ?? []
  const links = field
    .split(/,\s*(?=<)/)
    .filter((link) => /^<[^>]+>\s*;/.test(link) && isHeaderValue(link))
  if (sendsHints && links.length > 0) messages.hint(links)
  const onWritten = typeof encoding === 'function' ? encoding : callback
  if (typeof onWritten === 'function') nextTick(onWritten as Callback)
  return true
}

/** Called when the response has ended: sends everything that is left. */
function finish(this: ResponseWithContext): void {
  finishPlain.call(this)
  this[CONTEXT].ended()
}

const { _finish: finishPlain } = ServerResponse.prototype as InnerResponse

/** The fields from `addTrailers`. */
export function trailersOf({ _trailer }: InnerResponse): HeaderList {
  return _trailer
    .split('\r\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)]
    })
}
