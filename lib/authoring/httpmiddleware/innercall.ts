/** One call of the app behind an http middleware, and the response that it becomes. */

import { saysDisconnect } from '../../exceptions/common.ts'
import { ClientDisconnected } from '../../exceptions.ts'
import { Headers } from '../../http/headers.ts'
import { handled } from '../../internal/handled.ts'
import { DISCONNECT } from '../../protocol/received.ts'
import type { Request } from '../../requests.ts'
import { type MessageTypes, Response } from '../../responses/response.ts'
import {
  type App,
  type HTTPResponseStartMessage,
  type HTTPScope,
  type Receive,
  SENT,
  type Send,
  type SendMessage,
} from '../../types.ts'
import { Annotations } from './annotations.ts'

/**
 * Runs an app; its messages wait, one at a time, until the response they belong to is sent on.
 *
 * Nothing is buffered: the app's `send` of a body simply does not resolve before.
 */
export class InnerCall {
  /** The app's response, once it starts; rejects with what the app throws before that. */
  readonly response: Promise<Response>
  readonly #done: Promise<void>
  readonly #annotations: Annotations
  readonly #listeners = new Set<() => void>()
  /** Where messages go, once it is known; sending fails when the response was replaced. */
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
    this.#outlet = new Promise((resolve, reject) => {
      this.#open = resolve
      this.#refuse = reject
    })
    this.#outlet.catch(() => {}) // told to those who send
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
    const scope: HTTPScope = { ...request.scope, onDisconnect: this.#onDisconnect(request.scope) }
    const send: Send = (message) =>
      this.#send(
        message,
        request.send,
        () => scope.outcome?.error,
        () => this.#annotations.take(scope),
      )
    try {
      await app(scope, this.#receiver(request.replay()), send)
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
    // Before the start nothing but information is in place; the server says what is not.
    if (message.type === 'http.response.debug') return direct(message)
    if (this.#hasStarted) return handled(this.#outlet.then((send) => send(message)))
    if (message.type !== 'http.response.start') return direct(message)
    // A bug is an error of `next()`, which the middleware may catch, and not its answer.
    if (bug() !== undefined) return handled(Promise.reject(new ClientDisconnected()))
    this.#hasStarted = true
    starting()
    this.#start(message)
    return SENT
  }

  #receiver(receive: Receive): Receive {
    return () => {
      if (this.#state === 'abandoned') return Promise.resolve(DISCONNECT)
      return new Promise((resolve, reject) => {
        const leave = (): void => resolve(DISCONNECT)
        this.#listeners.add(leave)
        // Removed, since it holds the message: a large body would pile up here.
        receive()
          .then(resolve, reject)
          .then(() => this.#listeners.delete(leave))
      })
    }
  }

  #onDisconnect({ onDisconnect }: HTTPScope): (listener: () => void) => void {
    return (listener) => {
      let told = false
      const once = (): void => {
        if (!told) listener()
        told = true
      }
      if (this.#state === 'abandoned') once()
      else this.#listeners.add(once)
      onDisconnect?.(once)
    }
  }

  /** Lets the messages through, behind a start with these fields. */
  async passOn(start: HTTPResponseStartMessage, send: Send): Promise<void> {
    this.#state = 'sent'
    try {
      await send(start)
    } catch (error) {
      this.#refuse(error) // or the app would wait for ever
      await this.#done
      throw error
    }
    this.#open(send)
    await this.#done
  }

  /** Takes back what it wrote into the scope, so that the next call finds it as this one did. */
  forget(): void {
    this.#annotations.takeBack()
  }

  /** Tells the app that its client has gone, unless its response is on its way. */
  abandon(): void {
    if (this.#state === 'sent') return
    this.#state = 'abandoned'
    this.#refuse(new ClientDisconnected())
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }

  /** Waits for the app; throws what it threw, unless it was seen already, or was asked for. */
  async finish(): Promise<void> {
    try {
      await this.#done
    } catch (error) {
      const isNews = this.#state === 'abandoned' && (this.#hasStarted || this.#failedLate)
      if (isNews && !saysDisconnect(error)) throw error
    }
  }
}

function noResponse(): never {
  throw new TypeError(
    'httpMiddleware: no response returned, the app behind ended without sending one. Is an await or a return missing in it?',
  )
}

/** A response of which only the start is here; the rest is sent by the app itself. */
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
