/** Limits the size of request bodies, whether or not the app reads them. */
import { caught } from '../calls.ts'
import { answerException } from '../exceptionhandlers.ts'
import { HTTPException } from '../exceptions.ts'
import { contentLength, indexOfName } from '../headers.ts'
import type { HTTPScope, Middleware, Receive, ReceiveMessage, Send } from '../types.ts'

export interface BodyLimitOptions {
  /** The most bytes that a request body may have; also what `Request` allows inside. */
  maxSize: number
}

/**
 * Answers 413 to a body that is too large: at once when its length says so, otherwise when the limit
 * is passed. An app that does not look at the body, or hides the error, gets no other answer through.
 *
 * Inside, it replaces the limit of 10 MB that `Request` has by itself, upwards too.
 *
 * @throws RangeError when the size is no number of bytes.
 * @example
 * Route('/upload', upload, { methods: ['POST'], middleware: [bodyLimit({ maxSize: 100_000_000 })] })
 */
export function bodyLimit(options: BodyLimitOptions): Middleware {
  const { maxSize } = options
  assertSize(maxSize)
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    scope.maxBodySize = maxSize
    if ((contentLength(scope.headers) ?? 0) > maxSize) return refuse(maxSize, scope, receive, send)
    const gate = new Gate(scope, receive, send, maxSize)
    return caught(app, scope, gate.receive, gate.send, gate.recover)
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

function refuse(maxSize: number, scope: HTTPScope, receive: Receive, send: Send): Promise<void> {
  const detail = `The request body is larger than ${maxSize} bytes.`
  return answerException(new HTTPException(413, detail), scope, receive, send)
}

/** Counts what comes in, and holds the response back until the body is known to be small enough. */
class Gate {
  readonly #scope: HTTPScope
  readonly #receive: Receive
  readonly #send: Send
  readonly #maxSize: number
  readonly #ahead: ReceiveMessage[] = []
  #size = 0
  #complete: boolean
  #refused: Promise<void> | undefined

  constructor(scope: HTTPScope, receive: Receive, send: Send, maxSize: number) {
    this.#scope = scope
    this.#receive = receive
    this.#send = send
    this.#maxSize = maxSize
    this.#complete = !isOpenEnded(scope)
  }

  readonly receive: Receive = async () => {
    const message = this.#ahead.shift() ?? (await this.#pull())
    if (this.#refused === undefined) return message
    throw new HTTPException(413, `The request body is larger than ${this.#maxSize} bytes.`)
  }

  async #pull(): Promise<ReceiveMessage> {
    const message = await this.#receive()
    if (message.type !== 'http.request') return message
    this.#size += message.body.byteLength
    this.#complete ||= !message.moreBody
    if (this.#size > this.#maxSize) {
      this.#refused ??= refuse(this.#maxSize, this.#scope, this.#receive, this.#send)
      await this.#refused
    }
    return message
  }

  /** The refusal was answered when it was thrown, so it goes no further. */
  readonly recover = (error: unknown): Promise<void> => {
    const isRefusal = error instanceof HTTPException && error.status === 413
    if (this.#refused === undefined || !isRefusal) throw error
    return this.#refused
  }

  readonly send: Send = (message) => {
    if (this.#refused !== undefined) return this.#refused
    if (message.type !== 'http.response.start' || this.#complete) return this.#send(message)
    return this.#sendWhenKnown(message)
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
