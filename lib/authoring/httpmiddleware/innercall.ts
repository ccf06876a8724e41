/** One call of the inner app of an http middleware, and its response. */

import { isDisconnectError } from '../../exceptions/common.ts'
import { ClientDisconnected } from '../../exceptions.ts'
import { Headers } from '../../http/headers.ts'
import { handled } from '../../internal/handled.ts'
import { type Disconnection, disconnection } from '../../protocol/disconnection.ts'
import type { Request } from '../../requests.ts'
import { type MessageTypes, Response } from '../../responses/response.ts'
import {
  type App,
  type HTTPResponseStartMessage,
  type HTTPScope,
  SENT,
  type Send,
  type SendMessage,
} from '../../types.ts'
import { Annotations } from './annotations.ts'

/**
 * Runs an app. Its messages wait until the middleware sends the response that they belong to.
 *
 * Nothing is buffered: the app's `send` of a body does not resolve before that.
 */
export class InnerCall {
  /** Resolves with the app's response when it starts. Rejects if the app throws before that. */
  readonly response: Promise<Response>
  readonly #done: Promise<void>
  readonly #annotations: Annotations
  readonly #disconnection: Disconnection
  /** Resolves with the `send` for the messages. Rejects if the response was replaced. */
  readonly #outlet: Promise<Send>
  #open: (send: Send) => void = () => {}
  #refuse: (error: unknown) => void = () => {}
  #start: (message: HTTPResponseStartMessage) => void = () => {}
  #state: 'waiting' | 'sent' | 'abandoned' = 'waiting'
  #hasStarted = false
  /** Whether the app failed after its response was no longer awaited. */
  #failedLate = false

  constructor(app: App, request: Request<unknown, unknown>) {
    this.#annotations = new Annotations(request.scope)
    const { onDisconnect } = request.scope
    this.#disconnection = disconnection('httpMiddleware', onDisconnect, request.replay())
    this.#outlet = new Promise((resolve, reject) => {
      this.#open = resolve
      this.#refuse = reject
    })
    this.#outlet.catch(() => {}) // reported to the callers of send
    const started = new Promise<HTTPResponseStartMessage>((resolve) => {
      this.#start = resolve
    })
    const done = this.#run(app, request)
    done.catch(() => {
      this.#failedLate = this.#state === 'abandoned'
    })
    this.#done = done
    this.response = Promise.race([started, done.then(noResponse)]).then(
      (message) => new InnerResponse(message, this),
    )
    this.response.catch(() => {}) // the middleware may not wait for it
  }

  async #run(app: App, request: Request<unknown, unknown>): Promise<void> {
    const { onDisconnect, receive } = this.#disconnection
    const scope: HTTPScope = { ...request.scope, onDisconnect }
    const send: Send = (message) =>
      this.#send(
        message,
        request.send,
        () => scope.outcome?.error,
        () => this.#annotations.take(scope),
      )
    try {
      await app(scope, receive, send)
    } finally {
      this.#annotations.take(scope)
    }
  }

  #send(
    message: SendMessage,
    direct: Send,
    bug: () => unknown,
    starting: () => void,
  ): Promise<void> {
    if (this.#state === 'abandoned') return handled(Promise.reject(new ClientDisconnected()))
    // Before the start only informational messages are allowed. The server rejects others.
    if (message.type === 'http.response.debug') return direct(message)
    if (this.#hasStarted) return handled(this.#outlet.then((send) => send(message)))
    if (message.type !== 'http.response.start') return direct(message)
    // A bug is an error of `next()`, which the middleware may catch. The 500 for it is not its response.
    if (bug() !== undefined) return handled(Promise.reject(new ClientDisconnected()))
    this.#hasStarted = true
    starting()
    this.#start(message)
    return SENT
  }

  /** Sends this start, and lets the other messages through. */
  async passOn(start: HTTPResponseStartMessage, send: Send): Promise<void> {
    this.#state = 'sent'
    try {
      await send(start)
    } catch (error) {
      this.#refuse(error) // otherwise the app would wait forever
      await this.#done
      throw error
    }
    this.#open(send)
    await this.#done
  }

  /** Restores the scope for the next call. */
  forget(): void {
    this.#annotations.restore()
  }

  /** Disconnects the app, unless its response is being sent. */
  abandon(): void {
    if (this.#state === 'sent') return
    this.#state = 'abandoned'
    this.#refuse(new ClientDisconnected())
    this.#disconnection.happen()
  }

  /**
   * Waits for the app. Throws its error, unless `next()` has thrown it already or it follows from the
   * disconnect.
   */
  async finish(): Promise<void> {
    try {
      await this.#done
    } catch (error) {
      const isUnreported = this.#state === 'abandoned' && (this.#hasStarted || this.#failedLate)
      if (isUnreported && !isDisconnectError(error)) throw error
    }
  }
}

function noResponse(): never {
  throw new TypeError(
    'httpMiddleware: the inner app must send a response, but it ended without one. Is an await or a return missing in it?',
  )
}

/** A response with only the start. The app itself sends the rest. */
class InnerResponse extends Response<null> {
  readonly #message: HTTPResponseStartMessage
  readonly #call: InnerCall

  constructor(message: HTTPResponseStartMessage, call: InnerCall) {
    super(null, { status: message.status, headers: new Headers(message.headers) })
    this.#message = message
    this.#call = call
  }

  protected override get hasLength(): boolean {
    return false
  }

  protected override transmit(_types: MessageTypes, send: Send): Promise<void> {
    const start = { ...this.#message, status: this.status, headers: this.headers.list }
    return this.#call.passOn(start, send)
  }
}
