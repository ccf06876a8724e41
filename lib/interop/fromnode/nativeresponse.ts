/** The server's own response in the hands of a handler: what it may not do with it, and leaves behind. */
import { ServerResponse } from 'node:http'
import { nextTick } from 'node:process'
import { ProtocolError } from '../../exceptions.ts'
import { writeAtOnce } from '../../servers/node/atonce.ts'

/** Who is told that a response went wrong. */
export interface ResponseOwner {
  readonly fail: (error: unknown) => void
}

const OWNER: unique symbol = Symbol('owner')

interface Measured extends ServerResponse {
  /** Undefined once the response was taken back. */
  [OWNER]: ResponseOwner | undefined
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
  if (isAnswered(this)) return tellAnswered(all)
  leaveUncounted(this)
  try {
    return writePlain.apply(this, all)
  } catch (error) {
    failLength(this, error)
    return false
  }
}

/** As Node's own, but a body whose length is told goes out in one piece with its head. */
function end(this: Measured, ...all: Parameters<typeof endPlain>): Measured {
  if (isAnswered(this)) {
    tellAnswered(all)
    return this
  }
  const [body, encoding, callback] = all as [unknown, BufferEncoding?, (() => void)?]
  leaveUncounted(this)
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

/** Node writes nothing to a client that has left, counts nothing, and would miss all of the body. */
function leaveUncounted(response: Measured): void {
  if (response.destroyed) response.strictContentLength = false
}

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
  response[OWNER]?.fail(
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
 * Removes what a handler that has failed put on a response that it did not send: fields, status, and
 * methods of its own, such as those of a compression. None of it is part of the answer that is made
 * instead.
 *
 * The handler still holds the response and may use it afterwards, by a timer or a query. It then finds
 * a response that is answered, on which nothing has an effect, as on the path by messages; where Node
 * would throw, nothing could catch it. Methods that a framework has added by a prototype stay.
 */
export function takeBack(response: ServerResponse): void {
  for (const name of Object.keys(response)) {
    const isOverride = !name.startsWith('_') && typeof Reflect.get(response, name) === 'function'
    if (isOverride && name in ServerResponse.prototype) Reflect.deleteProperty(response, name)
  }
  // As own properties, so that no framework's prototype is asked.
  Object.assign(response, { [OWNER]: undefined, write, end }, BEFORE_HEAD)
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.statusCode = 200
  Reflect.deleteProperty(response, 'statusMessage')
  response.sendDate = true
}

/** Methods that have no effect once the head is sent, where Node's own throw. */
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

/** Whether our answer was sent in place of the handler's. */
function isAnswered(response: Measured): boolean {
  return response.writableEnded && response[OWNER] === undefined
}

/** Node would emit an error as well, to which nothing listens. */
function tellAnswered(all: readonly unknown[]): false {
  const callback = all.find((one) => typeof one === 'function')
  if (typeof callback === 'function') nextTick(callback, new Error(ANSWERED))
  return false
}

const ANSWERED = 'fromNode: the exchange has failed, and the error was answered instead.'
