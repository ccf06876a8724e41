/** Limits the size of request bodies, whether or not the app reads them. */

import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { contentLength, indexOfName } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { runCatching } from '../internal/run.ts'
import type { BodyLimit, HTTPScope, Middleware, Receive, ReceiveMessage, Send } from '../types.ts'

export interface BodyLimitOptions {
  /** The most bytes that a request body may have; also what `Request` allows inside. */
  maxSize: number
}

/**
 * Answers 413 to a body that is too large: before any of it is read when its length says so, otherwise
 * when the limit is passed. An app that does not look at the body, or hides the error, gets no other
 * answer through.
 *
 * Inside, it replaces the limit of 10 MB that `Request` has by itself, upwards too. The nearest limit
 * counts: a `bodyLimit()` further inside replaces this one, up or down, and so does a read that asks for
 * more, as `request.form({ maxSize: 50_000_000 })` does. So the app is called in any case; its answer is
 * replaced unless one of them allows the body.
 *
 * @throws RangeError when the size is not a number of bytes.
 * @example
 * Application({
 *   routes: [Route('/upload', upload, { methods: ['POST'], middleware: [bodyLimit({ maxSize: 100_000_000 })] })],
 *   middleware: [bodyLimit({ maxSize: 100_000 })],
 * })
 */
export function bodyLimit(options: BodyLimitOptions): Middleware {
  knownOptions('bodyLimit', options, 'maxSize')
  const { maxSize } = options
  assertSize(maxSize)
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    scope.maxBodySize = maxSize
    scope.bodyLimit ??= { maxSize }
    scope.bodyLimit.maxSize = maxSize
    const gate = new Gate(scope, receive, send, scope.bodyLimit)
    return runCatching(app, scope, gate.receive, gate.send, gate.recover)
  }
}

/**
 * Whether only the end of the body tells its length. A length that was declared is kept to by the
 * server; HTTP/2 need not declare any, and has no transfer-encoding.
 */
function isOpenEnded({ httpVersion, headers }: HTTPScope): boolean {
  if (indexOfName(headers, 'transfer-encoding') >= 0) return true
  return httpVersion === '2' && contentLength(headers) === undefined
}

/** Counts what comes in, and holds the response back until the body is known to be small enough. */
class Gate {
  readonly #scope: HTTPScope
  readonly #receive: Receive
  readonly #send: Send
  /** Asked anew each time: a limit further inside changes it. */
  readonly #limit: BodyLimit
  readonly #ahead: ReceiveMessage[] = []
  readonly #declared: number
  #size = 0
  #complete: boolean
  #error: HTTPException | undefined
  #refused: Promise<void> | undefined

  constructor(scope: HTTPScope, receive: Receive, send: Send, limit: BodyLimit) {
    this.#scope = scope
    this.#receive = receive
    this.#send = send
    this.#limit = limit
    this.#declared = contentLength(scope.headers) ?? 0
    this.#complete = !isOpenEnded(scope)
  }

  readonly receive: Receive = async () => {
    const message = this.#ahead.shift() ?? (await this.#pull())
    if (this.#error !== undefined) throw this.#error
    return message
  }

  async #pull(): Promise<ReceiveMessage> {
    if (this.#isTooLarge) await this.#refuse()
    if (this.#error !== undefined) throw this.#error
    const message = await this.#receive()
    if (message.type !== 'http.request') return message
    this.#size += message.body.byteLength
    this.#complete ||= !message.moreBody
    if (this.#isTooLarge) await this.#refuse()
    return message
  }

  get #isTooLarge(): boolean {
    return Math.max(this.#size, this.#declared) > this.#limit.maxSize
  }

  /** Answers in place of the app, once. */
  #refuse(): Promise<void> {
    if (this.#refused !== undefined) return this.#refused
    const detail = `The request body is larger than ${this.#limit.maxSize} bytes.`
    this.#error = new HTTPException(413, detail)
    this.#refused = answerException(this.#error, this.#scope, this.#receive, this.#send)
    return this.#refused
  }

  /** The refusal was answered when it was thrown, so it goes no further. */
  readonly recover = (error: unknown): Promise<void> => {
    const isRefusal = error instanceof HTTPException && error.status === 413
    if (this.#refused === undefined || !isRefusal) throw error
    return this.#refused
  }

  readonly send: Send = (message) => {
    if (this.#refused !== undefined) return this.#refused
    if (message.type !== 'http.response.start') return this.#send(message)
    if (this.#isTooLarge) return this.#refuse()
    return this.#complete ? this.#send(message) : this.#sendWhenKnown(message)
  }

  async #sendWhenKnown(message: Parameters<Send>[0]): Promise<void> {
    while (!this.#complete && this.#refused === undefined) {
      const ahead = await this.#pull()
      this.#ahead.push(ahead)
      if (ahead.type !== 'http.request') break
    }
    this.#complete = true
    return this.#refused ?? this.#send(message)
  }
}

function assertSize(maxSize: number): void {
  if (maxSize >= 0) return
  throw new RangeError(
    `bodyLimit: maxSize must be a number of bytes, ${maxSize} was given. Infinity means no limit.`,
  )
}
