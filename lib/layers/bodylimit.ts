/** Counts the bytes of request bodies, and answers 413 to a body that is too large. */

import { intactReceive } from '../body.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { contentLength, indexOfName } from '../http/headers.ts'
import { runCatching } from '../internal/run.ts'
import type { BodyLimit, HTTPScope, Middleware, Receive, ReceiveMessage, Send } from '../types.ts'

/** Makes a middleware that limits bodies to this number of bytes. An inner limit replaces it. */
export function limiting(maxSize: number): Middleware {
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    scope.maxBodySize = maxSize
    scope.bodyLimit ??= { maxSize }
    scope.bodyLimit.maxSize = maxSize
    const exchange = new LimitedExchange(scope, receive, send, scope.bodyLimit)
    return runCatching(app, scope, exchange.receive, exchange.send, exchange.recover)
  }
}

/**
 * Whether the length of the body is known only at its end. The server enforces a declared length;
 * HTTP/2 need not declare one, and has no transfer-encoding.
 */
function isOpenEnded({ httpVersion, headers }: HTTPScope): boolean {
  if (indexOfName(headers, 'transfer-encoding') >= 0) return true
  return httpVersion === '2' && contentLength(headers) === undefined
}

/** Counts received bytes, and delays the response until the body is known to be within the limit. */
class LimitedExchange {
  readonly #scope: HTTPScope
  readonly #receive: Receive
  readonly #send: Send
  /** Its value is read each time, because an inner limit changes it. */
  readonly #limit: BodyLimit
  readonly #ahead: ReceiveMessage[] = []
  readonly #declared: number
  #size = 0
  #complete: boolean
  #error: HTTPException | undefined
  #refused: Promise<void> | undefined
  #isAnswered = false

  constructor(scope: HTTPScope, receive: Receive, send: Send, limit: BodyLimit) {
    this.#scope = scope
    this.#receive = intactReceive(receive)
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

  /** Sends 413 instead of the app's response, once, unless the app has already refused the request. */
  #refuse(): Promise<void> {
    if (this.#refused !== undefined) return this.#refused
    const detail = `The request body is larger than ${this.#limit.maxSize} bytes.`
    this.#error = new HTTPException(413, detail)
    if (this.#isAnswered) return Promise.resolve()
    this.#refused = answerException(this.#error, this.#scope, this.#receive, this.#send)
    return this.#refused
  }

  /** The 413 was sent when the error was thrown, so the error ends here. */
  readonly recover = (error: unknown): Promise<void> => {
    const isRefusal = error instanceof HTTPException && error.status === 413
    if (this.#refused === undefined || !isRefusal) throw error
    return this.#refused
  }

  readonly send: Send = (message) => {
    if (this.#refused !== undefined) return this.#refused
    if (message.type !== 'http.response.start') return this.#send(message)
    // An error response, such as a 401 before the body is read, is not replaced by a 413.
    this.#isAnswered = message.status >= 400 && this.#isTooLarge
    if (this.#isAnswered) return this.#send(message)
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
