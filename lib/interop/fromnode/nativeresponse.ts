/** Guards the server's own response while a handler uses it, and cleans it up afterwards. */
import { ServerResponse } from 'node:http'
import { nextTick } from 'node:process'
import { ProtocolError } from '../../exceptions.ts'
import { writeAtOnce } from '../../servers/node/atonce.ts'

/** Notified if a response fails. */
interface ResponseOwner {
  readonly fail: (error: unknown) => void
}

const OWNER: unique symbol = Symbol('owner')

interface CheckedResponse extends ServerResponse {
  /** Undefined after resetResponse(). */
  [OWNER]: ResponseOwner | undefined
}

/**
 * Makes the exchange fail, and aborts its response, if the body does not match the length in the head.
 * The client would wait for missing bytes, or read extra bytes as its next response.
 *
 * Node throws that error to the writer, often a stream, where it cannot be caught.
 */
export function withLengthCheck(response: ServerResponse, owner: ResponseOwner): ServerResponse {
  response.strictContentLength = true
  return Object.assign(response, { [OWNER]: owner, writeHead, write, end })
}

/** A 205 has no content, whatever the handler writes: its length is 0 (RFC 9110 section 15.3.6). */
const EMPTY = 205

/** Node itself would send the content of a 205. */
function writeHead(this: CheckedResponse, status: number, ...rest: unknown[]): unknown {
  if (status !== EMPTY || this.headersSent) {
    return Reflect.apply(writeHeadPlain, this, [status, ...rest])
  }
  for (const name of FRAMING) this.removeHeader(name)
  this.setHeader('content-length', 0)
  return Reflect.apply(writeHeadPlain, this, [status, ...rest.map(withoutFraming)])
}

const FRAMING = ['content-length', 'transfer-encoding', 'trailer']

/** @param value The reason, or fields: an object, a list of pairs, or a flat list. */
function withoutFraming(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const isFraming = (name: unknown): boolean => FRAMING.includes(String(name).toLowerCase())
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).filter(([name]) => !isFraming(name)))
  }
  if (Array.isArray(value[0])) return value.filter(([name]) => !isFraming(name))
  return value.filter((_, index) => !isFraming(value[index - (index % 2)]))
}

function write(this: CheckedResponse, ...all: Parameters<typeof writePlain>): boolean {
  if (isAnswered(this)) return reportAnswered(all)
  if (this.statusCode === EMPTY && !this.writableEnded) return dropPart(this, all)
  stopCounting(this)
  try {
    return writePlain.apply(this, all)
  } catch (error) {
    failLength(this, error)
    return false
  }
}

/** Like Node's own, but a body of declared length is sent in one piece with its head. */
function end(this: CheckedResponse, ...all: Parameters<typeof endPlain>): CheckedResponse {
  if (isAnswered(this)) {
    reportAnswered(all)
    return this
  }
  if (this.statusCode === EMPTY) return Reflect.apply(endPlain, this, [all.find(isCallback)])
  const [body, encoding, callback] = all as [unknown, BufferEncoding?, (() => void)?]
  stopCounting(this)
  try {
    // After a disconnect Node sends no head, so the handler may still set fields.
    const isAtOnce = !this.destroyed && isWhole(body) && typeof encoding !== 'function'
    if (isAtOnce && isCounted(this)) {
      writeAtOnce(this, body, encoding)
      Reflect.apply(endPlain, this, [callback])
    } else endPlain.apply(this, all)
  } catch (error) {
    failLength(this, error)
  }
  return this
}

const { writeHead: writeHeadPlain, write: writePlain, end: endPlain } = ServerResponse.prototype

/** Sends the head alone. */
function dropPart(response: CheckedResponse, all: readonly unknown[]): true {
  response.flushHeaders()
  const callback = all.find(isCallback)
  if (callback !== undefined) nextTick(callback)
  return true
}

function isCallback(value: unknown): value is (error?: Error) => void {
  return typeof value === 'function'
}

/**
 * Disables the count of bytes after a disconnect: Node then writes and counts nothing, and would report the
 * whole body as missing.
 */
function stopCounting(response: CheckedResponse): void {
  if (response.destroyed) response.strictContentLength = false
}

function isWhole(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' ? body !== '' : body instanceof Uint8Array && body.byteLength > 0
}

/** Whether the head declares, or will declare, the length of the body. */
function isCounted(response: ServerResponse): boolean {
  if (response.writableEnded) return false
  return response.headersSent ? !response.chunkedEncoding : response.hasHeader('content-length')
}

function failLength(response: CheckedResponse, error: unknown): void {
  if (!isMismatch(error)) throw error
  response[OWNER]?.fail(
    new ProtocolError(
      `fromNode: the body does not have the length in its head. ${error.message}. Leave the header out, or count again.`,
      { cause: error },
    ),
  )
}

function isMismatch(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && error.code === 'ERR_HTTP_CONTENT_LENGTH_MISMATCH'
  )
}

/**
 * Removes the changes of a failed handler from a response that was not sent: fields, status, and methods,
 * such as those of a compression. They must not affect the error response.
 *
 * The handler still holds the response and may use it later, for example from a timer or a query. Its calls
 * then have no effect, as with a response that becomes messages. Node would throw an error that no code could
 * catch. Methods that a framework has added by a prototype are kept.
 */
export function resetResponse(response: ServerResponse): void {
  for (const name of Object.keys(response)) {
    const isOverride = !name.startsWith('_') && typeof Reflect.get(response, name) === 'function'
    if (isOverride && name in ServerResponse.prototype) Reflect.deleteProperty(response, name)
  }
  // They are own properties because a framework may have replaced the prototype.
  Object.assign(response, { [OWNER]: undefined, write, end }, BEFORE_HEAD)
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.statusCode = 200
  Reflect.deleteProperty(response, 'statusMessage')
  response.sendDate = true
}

/** Methods that do nothing after the head was sent, where Node's own throw. */
const BEFORE_HEAD = Object.fromEntries(
  (['setHeader', 'setHeaders', 'appendHeader', 'removeHeader', 'writeHead'] as const).map(
    (name) => [name, untilHead(ServerResponse.prototype[name])],
  ),
)

function untilHead(method: (...all: never[]) => unknown): (...all: unknown[]) => unknown {
  return function (this: ServerResponse, ...all) {
    return this.headersSent ? this : Reflect.apply(method, this, all)
  }
}

/** Whether the error response was sent instead of the handler's. */
function isAnswered(response: CheckedResponse): boolean {
  return response.writableEnded && response[OWNER] === undefined
}

/** Calls the callback with an error. Node would also emit an `error` event, for which there is no listener. */
function reportAnswered(all: readonly unknown[]): false {
  const callback = all.find(isCallback)
  if (callback !== undefined) nextTick(callback, new Error(ANSWERED))
  return false
}

const ANSWERED = 'fromNode: the exchange has failed, and the error was answered instead.'
