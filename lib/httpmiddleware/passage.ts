/** One call of the app behind an http middleware, and the response that it becomes. */
import { ClientDisconnected } from '../exceptions.ts'
import { Headers } from '../headers.ts'
import type { Request } from '../requests.ts'
import { type MessageTypes, Response } from '../responses/response.ts'
import {
  ACCEPTED,
  type App,
  type HTTPResponseStartMessage,
  type HTTPScope,
  type Receive,
  type ReceiveMessage,
  type Send,
  type SendMessage,
} from '../types.ts'

/**
 * Runs an app; its messages wait, one at a time, until the response they belong to is sent on.
 *
 * Nothing is buffered: the app's `send` of a body simply does not resolve before.
 */
export class Passage {
  /** The app's response, once it starts; rejects with what the app throws before that. */
  readonly response: Promise<Response>
  /** When the app is done; rejects with what it throws after its response was replaced. */
  readonly finished: Promise<void>
  readonly #listeners: (() => void)[] = []
  /** Where messages go, once it is known; sending fails when the response was replaced. */
  readonly #outlet: Promise<Send>
  #open: (send: Send) => void = () => {}
  #refuse: (error: Error) => void = () => {}
  #start: (message: HTTPResponseStartMessage) => void = () => {}
  #state: 'waiting' | 'sent' | 'abandoned' = 'waiting'
  #hasStarted = false

  constructor(app: App, request: Request) {
    this.#outlet = new Promise((resolve, reject) => {
      this.#open = resolve
      this.#refuse = reject
    })
    this.#outlet.catch(() => {}) // told to those who send
    const started = new Promise<HTTPResponseStartMessage>((resolve) => {
      this.#start = resolve
    })
    const done = this.#run(app, request)
    this.response = Promise.race([started, done.then(noResponse)]).then(
      (message) => new PassedResponse(message, this, done),
    )
    this.response.catch(() => {}) // the middleware may not wait for it
    this.finished = done.catch((error) => this.#judge(error))
    this.finished.catch(() => {}) // awaited once the answer has been sent
  }

  async #run(app: App, request: Request): Promise<void> {
    const scope: HTTPScope = { ...request.scope, onDisconnect: this.#onDisconnect(request.scope) }
    const send: Send = (message) =>
      this.#send(message, request.send, () => annotate(request.scope, scope))
    await app(scope, this.#receiver(request.replay()), send)
    annotate(request.scope, scope)
  }

  #send(message: SendMessage, direct: Send, starting: () => void): Promise<void> {
    if (this.#state === 'abandoned') return Promise.reject(new ClientDisconnected())
    if (message.type === 'http.response.debug') return direct(message)
    if (message.type === 'http.response.start' && !this.#hasStarted) {
      this.#hasStarted = true
      starting()
      this.#start(message)
      return ACCEPTED
    }
    return this.#outlet.then((send) => send(message))
  }

  #receiver(receive: Receive): Receive {
    return () => {
      if (this.#state === 'abandoned') return Promise.resolve(DISCONNECT)
      return new Promise((resolve, reject) => {
        this.#listeners.push(() => resolve(DISCONNECT))
        receive().then(resolve, reject)
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
      else this.#listeners.push(once)
      onDisconnect?.(once)
    }
  }

  /** Lets the messages through, behind a start with these fields. */
  async passOn(start: HTTPResponseStartMessage, send: Send, done: Promise<void>): Promise<void> {
    this.#state = 'sent'
    await send(start)
    this.#open(send)
    await done
  }

  /** Tells the app that its client has gone, unless its response is on its way. */
  abandon(): void {
    if (this.#state === 'sent') return
    this.#state = 'abandoned'
    this.#refuse(new ClientDisconnected())
    for (const listener of this.#listeners.splice(0)) listener()
  }

  /** Errors that somebody has seen already, or that were asked for, are not thrown once more. */
  #judge(error: unknown): void {
    const isNews = this.#state === 'abandoned' && this.#hasStarted
    if (isNews && !(error instanceof ClientDisconnected)) throw error
  }
}

const DISCONNECT: ReceiveMessage = { type: 'http.disconnect' }

function noResponse(): never {
  throw new TypeError(
    'httpMiddleware: no response returned, the app behind ended without sending one. Is an await or a return missing in it?',
  )
}

/** What routing found behind is shown to loggers in front, as without this middleware. */
function annotate(outer: HTTPScope, inner: HTTPScope): void {
  const { app, appRootPath, endpoint, pathParams, rootPath, route, router, state } = inner
  const found = { app, appRootPath, endpoint, pathParams, rootPath, route, router, state }
  for (const [key, value] of Object.entries(found))
    if (value === undefined) delete found[key as keyof typeof found]
  Object.assign(outer, found)
}

/** A response of which only the start is here; the rest is sent by the app itself. */
class PassedResponse extends Response<null> {
  readonly #message: HTTPResponseStartMessage
  readonly #passage: Passage
  readonly #done: Promise<void>

  constructor(message: HTTPResponseStartMessage, passage: Passage, done: Promise<void>) {
    super(null, { status: message.status, headers: new Headers(message.headers) })
    this.#message = message
    this.#passage = passage
    this.#done = done
  }

  protected override get hasLength(): boolean {
    return false
  }

  protected override transmit(_types: MessageTypes, send: Send): Promise<void> {
    const start = { ...this.#message, status: this.status, headers: this.headers.list.slice() }
    return this.#passage.passOn(start, send, this.#done)
  }
}
