/** The server's own response in the hands of a handler: what it may not do with it, and leaves behind. */
import { ServerResponse } from 'node:http'
import { ProtocolError } from '../../exceptions.ts'
import { writeAtOnce } from '../../servers/node/atonce.ts'

/** Who is told that a response went wrong. */
export interface ResponseOwner {
  readonly fail: (error: unknown) => void
}

const OWNER: unique symbol = Symbol('owner')

interface Measured extends ServerResponse {
  [OWNER]: ResponseOwner
}

/**
 * Makes a body that is not as long as its head says fail the exchange, whose response is then cut: the
 * client would wait for what is missing, or take what is too much for its next response.
 *
 * Node would throw it at whoever writes, who may be nobody that an error can be thrown at.
 */
export function measured(response: ServerResponse, owner: ResponseOwner): ServerResponse {
  response.strictContentLength = true
  return Object.assign(response, { [OWNER]: owner, write, end })
}

function write(this: Measured, ...all: Parameters<typeof writePlain>): boolean {
  try {
    return writePlain.apply(this, all)
  } catch (error) {
    failLength(this, error)
    return false
  }
}

/** As Node's own, but a body whose length is told goes out in one piece with its head. */
function end(this: Measured, ...all: Parameters<typeof endPlain>): Measured {
  const [body, encoding, callback] = all as [unknown, BufferEncoding?, (() => void)?]
  try {
    if (isWhole(body) && typeof encoding !== 'function' && isCounted(this)) {
      writeAtOnce(this, body, encoding)
      Reflect.apply(endPlain, this, [callback])
    } else endPlain.apply(this, all)
  } catch (error) {
    failLength(this, error)
  }
  return this
}

const { write: writePlain, end: endPlain } = ServerResponse.prototype

function isWhole(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' ? body !== '' : body instanceof Uint8Array && body.byteLength > 0
}

/** Whether the head tells, or is going to, how long the body is. */
function isCounted(response: ServerResponse): boolean {
  if (response.writableEnded) return false
  return response.headersSent ? !response.chunkedEncoding : response.hasHeader('content-length')
}

function failLength(response: Measured, error: unknown): void {
  if (!isMismatch(error)) throw error
  response[OWNER].fail(
    new ProtocolError(
      `fromNode: a body is not as long as its head says. ${error.message}. Leave the header out, or count again.`,
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
 * What a handler has put on a response that it did not send is no part of the answer that is made
 * instead: neither fields, nor methods of its own, such as those of a compression.
 */
export function forget(response: ServerResponse): void {
  Object.setPrototypeOf(response, ServerResponse.prototype)
  for (const name of Object.keys(response)) {
    const isOverride = !name.startsWith('_') && typeof Reflect.get(response, name) === 'function'
    if (isOverride && name in ServerResponse.prototype) Reflect.deleteProperty(response, name)
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.statusCode = 200
  Reflect.deleteProperty(response, 'statusMessage')
  response.sendDate = true
}
