/** One request to an app in this process, without sockets: it turns ASGI messages into a fetch response. */

import { isDisconnectError } from '../../exceptions/common.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import { DISCONNECT } from '../../protocol/received.ts'
import { Responder } from '../../protocol/response.ts'
import { type Exchange as AppExchange, incomplete, run } from '../../protocol/run.ts'
import { freezeLists, freezeMessage } from '../../types/frozen.ts'
import type { App, HTTPScope, Receive, ReceiveMessage, Send } from '../../types.ts'
import { LintError } from '../lint.ts'
import { type Outlet, type TestResponse, TestWire } from './wire.ts'

export type { TestResponse } from './wire.ts'

export interface ExchangeOptions {
  readonly app: App
  readonly scope: Omit<HTTPScope, 'onDisconnect' | 'onDraining'>
  readonly onDraining?: HTTPScope['onDraining']
  readonly body: ReadableStream<Uint8Array> | null
  /** If one of them aborts, the client disconnects. */
  readonly signals: readonly AbortSignal[]
  readonly raiseServerExceptions: boolean
}

/**
 * Calls the app. The promise resolves when the response is known; for a stream, with its first part.
 *
 * After a complete response, the promise waits for the app to end. Then later errors and background work
 * belong to the test that caused them.
 */
export function exchange(options: ExchangeOptions): Promise<TestResponse> {
  return new Exchange(options).response
}

class Exchange implements AppExchange, Outlet {
  readonly response: Promise<TestResponse>
  readonly scope: HTTPScope
  readonly #options: ExchangeOptions
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  readonly #wire: TestWire
  readonly #responder: Responder
  readonly #listeners: (() => void)[] = []
  #resolve: (response: TestResponse) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #bodyRead = false
  /** Whether the response is complete, or the app has ended. */
  #isOver = false

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#reader = options.body?.getReader()
    this.#wire = new TestWire(this, options.scope.method === 'HEAD')
    this.#responder = new Responder(options.scope, this.#wire)
    const onDisconnect = (listener: () => void): void => this.#listen(listener)
    this.scope = { ...options.scope, onDisconnect, onDraining: options.onDraining }
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const left = options.signals.find(({ aborted }) => aborted)
    if (left !== undefined) {
      this.leave(left.reason)
      return
    }
    for (const signal of options.signals) signal.addEventListener('abort', this.#abort)
    freezeLists(this.scope)
    run(options.app, this)
  }

  readonly #abort = ({ target }: Event): void => {
    if (target instanceof AbortSignal) this.leave(target.reason)
  }

  get isComplete(): boolean {
    return this.#responder.phase === 'complete'
  }

  conclude(): void {
    this.settle(undefined)
  }

  goOn(ended: Promise<void>): void {
    ended.catch(this.#reject)
  }

  incompleteness(): Error | undefined {
    if (this.#isOver || this.#wire.isGone) return undefined
    return incomplete(this.#responder.phase, this.#wire.isFlushed)
  }

  settle(thrown: unknown): void {
    const isOwn = isDisconnectError(thrown) && this.#wire.isGone
    const error = isOwn ? undefined : thrown
    for (const signal of this.#options.signals) signal.removeEventListener('abort', this.#abort)
    // A violation of the contract is always thrown; `raiseServerExceptions` is for errors of the app.
    const isFault = error instanceof LintError
    const raise = error !== undefined && (isFault || this.#options.raiseServerExceptions)
    if (raise) this.#reject(error)
    if (this.#wire.isFlushed) {
      // A complete stream is closed only now, because its reader must get errors of background work.
      if (raise || (error !== undefined && !this.#isOver)) this.#wire.abort(error)
      else this.#wire.close()
    } else this.#resolve(this.#wire.answer)
    this.end()
    this.#leaveBody()
    this.#listeners.splice(0)
  }

  deliver(response: TestResponse): void {
    this.#resolve(response)
  }

  end(): void {
    this.#isOver = true
    this.#tellReceivers()
  }

  /** Cancels the rest of the request body, as when a connection is closed. */
  #leaveBody(): void {
    this.#reader?.cancel().catch(() => {})
  }

  #listen(listener: () => void): void {
    if (this.#wire.isGone) listener()
    else this.#listeners.push(listener)
  }

  leave(reason: unknown): void {
    if (this.#isOver || this.#wire.isGone) return
    this.#reject(reason)
    this.#wire.leave(reason)
    this.#leaveBody()
    for (const listener of this.#listeners.splice(0)) listener()
    this.#tellReceivers()
  }

  #tellReceivers(): void {
    for (const settle of this.#pending.splice(0)) settle(DISCONNECT)
  }

  readonly #pending: ((message: ReceiveMessage) => void)[] = []

  /** Simultaneous calls get the parts of the body in the order of the calls, each part once. */
  readonly receive: Receive = () => {
    const message = this.#received.then(() => this.#nextMessage())
    this.#received = message.catch(() => {})
    return message
  }

  #received: Promise<unknown> = Promise.resolve()

  async #nextMessage(): Promise<ReceiveMessage> {
    if (!this.#wire.isGone && !this.#bodyRead) return this.#nextPart()
    if (this.#wire.isGone || this.#isOver) return DISCONNECT
    return new Promise((resolve) => this.#pending.push(resolve))
  }

  async #nextPart(): Promise<ReceiveMessage> {
    const part = await this.#reader?.read()
    if (this.#wire.isGone) return DISCONNECT
    this.#bodyRead = part === undefined || part.done
    const body = part?.value ?? NO_BYTES
    return freezeMessage({ type: 'http.request', body, moreBody: !this.#bodyRead })
  }

  readonly send: Send = (message) => {
    if (typeof message === 'object' && message !== null) freezeMessage(message)
    return this.#responder.send(message)
  }
}
