/** One request to an app in this process: messages in, a fetch response out, no sockets. */

import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { Headers } from '../../http/headers.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import { handled } from '../../internal/handled.ts'
import { freezeLists, freezeMessage } from '../../types/frozen.ts'
import {
  type App,
  type HTTPResponseStartMessage,
  type HTTPScope,
  type Receive,
  type ReceiveMessage,
  SENT,
  type Send,
  type SendMessage,
} from '../../types.ts'
import { LintError } from '../lint.ts'

/** A fetch response with what only a test can see. */
export interface TestResponse extends globalThis.Response {
  /** The fields after the body, once it was read. */
  readonly trailers: Headers
  /** The `Link` values of all 103 answers. */
  readonly earlyHints: readonly string[]
  /** What `http.response.debug` messages told. */
  readonly debug: Readonly<Record<string, unknown>>
}

export interface ExchangeOptions {
  readonly app: App
  readonly scope: Omit<HTTPScope, 'onDisconnect' | 'onDraining'>
  readonly onDraining?: HTTPScope['onDraining']
  readonly body: ReadableStream<Uint8Array> | null
  /** Each makes the client go away when it aborts. */
  readonly signals: readonly AbortSignal[]
  readonly raiseServerExceptions: boolean
}

const DISCONNECT: ReceiveMessage = Object.freeze({ type: 'http.disconnect' })

/**
 * Calls the app; resolves once its response is known, which for a stream is its first part.
 *
 * A response that is complete waits for the app to end, so that what it throws afterwards, and its
 * background work, belong to the test that caused them.
 */
export function exchange(options: ExchangeOptions): Promise<TestResponse> {
  return new Exchange(options).response
}

class Exchange {
  readonly response: Promise<TestResponse>
  readonly #options: ExchangeOptions
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  readonly #extras = { trailers: new Headers(), earlyHints: [] as string[], debug: {} }
  readonly #listeners: (() => void)[] = []
  #resolve: (response: TestResponse) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #start: HTTPResponseStartMessage | undefined
  #parts: ReadableStreamDefaultController<Uint8Array> | undefined
  /** Sends that wait until the test has read what was sent before. */
  readonly #held: { resolve: () => void; reject: (error: unknown) => void }[] = []
  #bodyRead = false
  #complete = false
  #gone = false

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#reader = options.body?.getReader()
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const left = options.signals.find(({ aborted }) => aborted)
    if (left !== undefined) {
      this.#leave(left.reason)
      return
    }
    for (const signal of options.signals) signal.addEventListener('abort', this.#abort)
    this.#run().catch(this.#reject)
  }

  readonly #abort = ({ target }: Event): void => {
    if (target instanceof AbortSignal) this.#leave(target.reason)
  }

  async #run(): Promise<void> {
    const { app, scope, onDraining } = this.#options
    const onDisconnect = (listener: () => void): void => this.#listen(listener)
    const connection: HTTPScope = { ...scope, onDisconnect, onDraining }
    freezeLists(connection)
    let error: unknown
    try {
      await app(connection, this.#receive, this.#send)
      if (!this.#complete && !this.#gone) {
        error = new ProtocolError(
          'testClient: the app ended before its response was complete. Is an await or a return missing?',
        )
      }
    } catch (thrown) {
      error = thrown instanceof ClientDisconnected && this.#gone ? undefined : thrown
    }
    this.#finish(error)
  }

  #finish(error: unknown): void {
    for (const signal of this.#options.signals) signal.removeEventListener('abort', this.#abort)
    // A fault against the contract is the test's to see, whatever it wants to see of the app.
    const isFault = error instanceof LintError
    const raise = error !== undefined && (isFault || this.#options.raiseServerExceptions)
    if (raise) this.#reject(error)
    if (this.#parts !== undefined) {
      // Cut, as a server would. A stream that is complete is closed only now, so that an error of
      // the work in the background still reaches who reads it.
      if (raise || (error !== undefined && !this.#complete)) this.#fail(error)
      else this.#close()
    } else if (error !== undefined && !this.#complete) {
      this.#resolve(this.#fetchResponse(500, [], 'Internal Server Error'))
    } else {
      this.#resolve(
        this.#fetchResponse(this.#start?.status ?? 500, this.#start?.headers ?? [], this.#whole),
      )
    }
    this.#end()
    this.#leaveBody()
    this.#listeners.splice(0)
  }

  /** As when a connection is closed: what has not been sent is not sent any more. */
  #leaveBody(): void {
    this.#reader?.cancel().catch(() => {})
  }

  #whole: Uint8Array<ArrayBuffer> | string = ''

  /** Does nothing to a stream that the test has cancelled. */
  #fail(error: unknown): void {
    this.#parts?.error(error)
  }

  #listen(listener: () => void): void {
    if (this.#gone) listener()
    else this.#listeners.push(listener)
  }

  #leave(reason: unknown): void {
    if (this.#complete || this.#gone) return
    this.#gone = true
    this.#reject(reason)
    this.#fail(reason)
    this.#leaveBody()
    for (const { reject } of this.#held.splice(0)) reject(new ClientDisconnected())
    for (const listener of this.#listeners.splice(0)) listener()
    this.#tellReceivers()
  }

  #tellReceivers(): void {
    for (const settle of this.#pending.splice(0)) settle(DISCONNECT)
  }

  readonly #pending: ((message: ReceiveMessage) => void)[] = []

  /** Calls at the same time are answered in their order, each part once. */
  readonly #receive: Receive = () => {
    const message = this.#received.then(() => this.#nextMessage())
    this.#received = message.catch(() => {})
    return message
  }

  #received: Promise<unknown> = Promise.resolve()

  async #nextMessage(): Promise<ReceiveMessage> {
    if (!this.#gone && !this.#bodyRead) return this.#nextPart()
    if (this.#gone || this.#complete) return DISCONNECT
    return new Promise((resolve) => this.#pending.push(resolve))
  }

  async #nextPart(): Promise<ReceiveMessage> {
    const part = await this.#reader?.read()
    if (this.#gone) return DISCONNECT
    this.#bodyRead = part === undefined || part.done
    const body = part?.value ?? NO_BYTES
    return freezeMessage({ type: 'http.request', body, moreBody: !this.#bodyRead })
  }

  readonly #send: Send = (message) => {
    try {
      return this.#accept(message)
    } catch (error) {
      return handled(Promise.reject(error))
    }
  }

  #accept(message: SendMessage): Promise<void> {
    freezeMessage(message)
    if (this.#gone) throw new ClientDisconnected()
    if (message.type === 'http.response.debug') Object.assign(this.#extras.debug, message.info)
    else if (message.type === 'http.response.early_hint')
      this.#extras.earlyHints.push(...message.links)
    else if (message.type === 'http.response.start') this.#take(message)
    else if (message.type === 'http.response.trailers') {
      const { trailers } = this.#extras
      for (const [name, value] of new Headers(message.headers)) trailers.append(name, value)
      if (!message.moreTrailers) this.#end()
    } else if (message.type === 'http.response.body') {
      return this.#body(message.body ?? NO_BYTES, message.moreBody ?? false)
    } else throw new ProtocolError(`testClient: ${message.type} is no message of an http response.`)
    return SENT
  }

  /** Checked and copied: what is wrong must show in the test, not on the wire. */
  #take(message: HTTPResponseStartMessage): void {
    if (this.#start !== undefined)
      throw new ProtocolError('http.response.start: it was sent twice.')
    this.#start = { ...message, headers: Headers.from(new Headers(message.headers)).list }
  }

  #body(body: Uint8Array, moreBody: boolean): Promise<void> {
    const start = this.#start
    if (start === undefined)
      throw new ProtocolError('http.response.body: it was sent before the start.')
    if (this.#complete) return SENT
    const isWhole = !moreBody && this.#parts === undefined && !start.trailers
    if (isWhole) {
      this.#whole = new Uint8Array(body)
      this.#end()
      return SENT
    }
    this.#parts ?? this.#open(start)
    if (body.byteLength > 0 && !isHead(this.#options.scope))
      this.#parts?.enqueue(new Uint8Array(body))
    if (!moreBody && !start.trailers) this.#end()
    const hasRoom = !moreBody || (this.#parts?.desiredSize ?? 0) > 0
    if (hasRoom) return SENT
    return handled(new Promise((resolve, reject) => this.#held.push({ resolve, reject })))
  }

  /** The test gets its response now, and its parts as they come. */
  #open(start: HTTPResponseStartMessage): void {
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.#parts = controller
      },
      pull: () => {
        for (const { resolve } of this.#held.splice(0)) resolve()
      },
      cancel: () => this.#leave(new ClientDisconnected()),
    })
    this.#resolve(this.#fetchResponse(start.status, start.headers, stream))
  }

  #end(): void {
    this.#complete = true
    this.#tellReceivers()
  }

  #close(): void {
    try {
      this.#parts?.close()
    } catch {
      // The test has cancelled it.
    }
  }

  #fetchResponse(status: number, headers: readonly string[], body: BodyInit): TestResponse {
    const pairs = new Headers([...headers])
    const empty = isHead(this.#options.scope) || [204, 205, 304].includes(status)
    const response = new globalThis.Response(empty ? null : body, { status, headers: [...pairs] })
    if (!pairs.has('content-type')) response.headers.delete('content-type')
    return Object.assign(response, this.#extras)
  }
}

function isHead({ method }: { method: string }): boolean {
  return method === 'HEAD'
}
