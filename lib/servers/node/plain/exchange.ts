/** One plain request and its response: calls the app, and ends the exchange even if the app sends no response. */
import type { Buffer } from 'node:buffer'
import { followsDisconnect } from '../../../exceptions/common.ts'
import { DISCONNECT, NO_BODY } from '../../../protocol/received.ts'
import { Responder } from '../../../protocol/response.ts'
import { incomplete } from '../../../protocol/run.ts'
import type { HTTPScope, Receive, ReceiveMessage, Send } from '../../../types.ts'
import { AppExchange } from '../appexchange.ts'
import type { Exchange } from '../exchange.ts'
import type { HandedOver, HandingOver } from '../nativepair.ts'
import { type ConnectionEvents, RequestScope } from '../scope.ts'
import type { HTTPService } from '../service.ts'
import type { PlainRequest } from './grammar.ts'
import { canHandOver, goOnByNode } from './handover.ts'
import { type Circumstances, type Connection, PlainWire } from './wire.ts'

export class PlainExchange
  extends AppExchange
  implements HandingOver, ConnectionEvents, Circumstances
{
  readonly #service: HTTPService
  readonly #connection: Connection
  readonly #head: PlainRequest
  readonly receive: Receive = () => this.#handed?.then((next) => next.receive()) ?? this.#receive()
  readonly send: Send
  readonly onDisconnect = (listener: () => void): void => {
    this.listen(() => this.tell(listener))
  }
  readonly #scope: HTTPScope
  readonly #wire: PlainWire
  readonly #responder: Responder
  /** The bytes of the request, until the app has received the body. */
  #bytes: Buffer | undefined
  #waiting: ((message: ReceiveMessage) => void)[] | undefined
  #goneListeners: (() => void)[] | undefined
  /** The exchange that continues this one with Node's request and response. It is set some ticks after `handOver`. */
  #successor: Exchange | undefined
  #handed: Promise<Exchange> | undefined
  /** Whether the response is over, complete or not. */
  #isOver = false
  /** Whether the client disconnected before the response was complete. */
  #isGone = false
  /** Whether the app has ended. */
  #isDone = false

  constructor(service: HTTPService, connection: Connection, head: PlainRequest, bytes: Buffer) {
    super(service)
    this.#service = service
    this.#connection = connection
    this.#head = head
    this.#bytes = bytes
    const { method, target, headers } = head
    const { socket } = connection
    const request = { httpVersion: '1.1', method, socket }
    this.#scope = new RequestScope(request, target, headers, service.site, this)
    this.#wire = new PlainWire(connection, this)
    this.#responder = new Responder(this.#scope, this.#wire)
    this.send = this.#responder.send
  }

  get scope(): HTTPScope {
    return this.#scope
  }

  get isComplete(): boolean {
    return this.#responder.phase === 'complete'
  }

  get started(): boolean {
    return this.#successor?.started ?? this.#responder.phase !== 'waiting'
  }

  handOver(scope: HTTPScope, receive: Receive): Promise<HandedOver> | undefined {
    const bytes = this.#bytes
    if (bytes === undefined || this.started || this.#service.inFlight.draining) return undefined
    const started = { head: this.#head, bytes, scope: this.#scope, receive: this.receive }
    if (!canHandOver(this.#connection, started, { scope, receive })) return undefined
    this.#bytes = undefined
    this.#handed = goOnByNode(this.#service, this.#connection, started)
    this.#responder.continueBy(this.#handed)
    return this.#handed.then(
      (next) => this.#yield(next),
      (error: unknown) => {
        this.over(false)
        throw error
      },
    )
  }

  #yield(next: Exchange): HandedOver {
    this.#successor = next
    next.disconnect.listen(() => this.over(false))
    return next.pair
  }

  get isLast(): boolean {
    return this.#head.isLast || this.#service.inFlight.draining
  }

  /** Calls a listener once when the client disconnects, or immediately if it has disconnected already. */
  listen(listener: () => void): void {
    if (this.#isGone) listener()
    else if (!this.#isOver) {
      this.#goneListeners ??= []
      this.#goneListeners.push(listener)
    }
  }

  cut(): void {
    if (!this.#isOver && this.#successor === undefined) this.#connection.socket.destroy()
  }

  /** Called when the connection has room for more bytes. */
  resume(): void {
    this.#wire.resume()
  }

  /** Called when the response is over. */
  over(isComplete: boolean): void {
    this.#isOver = true
    this.#isGone = !isComplete
    this.#settleWaiting()
    const listeners = this.#goneListeners
    if (listeners === undefined) return
    this.#goneListeners = undefined
    if (this.#isGone) for (const listener of listeners) listener()
  }

  incompleteness(): Error | undefined {
    if (this.#successor !== undefined) return this.#successor.incompleteness()
    return this.#isSettled ? undefined : incomplete(this.#responder.phase, this.#wire.isFlushed)
  }

  settle(error: unknown): void {
    this.end()
    if (this.#handed === undefined) this.#settle(error)
    else {
      void this.#handed.then(
        (next) => next.settle(error),
        () => this.#settle(error),
      )
    }
  }

  /** Answers an error with 500. If the head was sent, the connection is cut to mark the response as incomplete. */
  #settle(error: unknown): void {
    if (error !== undefined) {
      if (!followsDisconnect(error, this.#scope)) this.report(error)
      if (!this.#isSettled && !this.#isOver) {
        if (this.#wire.isFlushed) this.#wire.abort()
        else this.#wire.refuse(500, this.#scope.method !== 'HEAD')
      }
    }
    this.conclude()
  }

  /** Whether no response is missing: it was sent, or the client left. */
  get #isSettled(): boolean {
    const { phase } = this.#responder
    if (phase === 'complete') return true
    // Sends fail as soon as the socket is destroyed, some turns before it emits 'close'.
    return phase !== 'aborted' && (this.#isGone || this.#connection.socket.destroyed)
  }

  #receive(): Promise<ReceiveMessage> {
    const message = this.#next()
    if (message !== undefined) return Promise.resolve(message)
    return new Promise((resolve) => {
      this.#waiting ??= []
      this.#waiting.push(resolve)
    })
  }

  #next(): ReceiveMessage | undefined {
    const bytes = this.#bytes
    if (bytes === undefined) return this.#isOver || this.#isDone ? DISCONNECT : undefined
    this.#bytes = undefined
    const { bodyStart } = this.#head
    if (bodyStart === bytes.length) return NO_BODY
    return { type: 'http.request', body: bytes.subarray(bodyStart), moreBody: false }
  }

  /** Called when the app has ended. */
  conclude(): void {
    this.#isDone = true
    this.#settleWaiting()
  }

  #settleWaiting(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    this.#waiting = undefined
    for (const resolve of waiting) resolve(DISCONNECT)
  }
}
