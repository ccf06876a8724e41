/** One plain request and its response: calls the app, and ends the exchange whatever the app does. */
import type { Buffer } from 'node:buffer'
import { followsDisconnect } from '../../../exceptions/common.ts'
import { DISCONNECT, NO_BODY } from '../../../protocol/received.ts'
import { Responder } from '../../../protocol/response.ts'
import { type Ending, incomplete, run, whenEnded } from '../../../protocol/run.ts'
import {
  type HTTPScope,
  type Receive,
  type ReceiveMessage,
  SENT,
  type Send,
  type Transport,
} from '../../../types.ts'
import type { Ongoing } from '../ongoing.ts'
import { type Departing, RequestScope } from '../scope.ts'
import type { Service } from '../service.ts'
import type { PlainRequest } from './grammar.ts'
import { type Circumstances, type Connection, PlainWire } from './wire.ts'

export class PlainExchange implements Ongoing, Transport, Departing, Ending, Circumstances {
  readonly #service: Service
  readonly #connection: Connection
  readonly #asked: PlainRequest
  readonly receive: Receive = () => this.#receive()
  readonly send: Send = (message) => this.#responder.send(message)
  /** For the app's own listeners: an error would end the process. */
  readonly onDisconnect = (listener: () => void): void => {
    this.listen(() => this.#call(listener))
  }
  readonly onDraining = (listener: () => void): void => {
    if (this.#service.inFlight.draining) {
      this.#call(listener)
      return
    }
    this.#drainListeners ??= []
    this.#drainListeners.push(listener)
    if (this.#isOngoing) this.#service.inFlight.listen(this)
  }
  readonly #scope: HTTPScope
  readonly #wire: PlainWire
  readonly #responder: Responder
  /** What came, until the app has it. */
  #bytes: Buffer | undefined
  #waiting: ((message: ReceiveMessage) => void)[] | undefined
  #drainListeners: (() => void)[] | undefined
  #goneListeners: (() => void)[] | undefined
  /** Whether the app goes on after its call. */
  #isOngoing = false
  /** Whether the response is over, complete or not. */
  #isOver = false
  /** Whether the client went before the response was complete. */
  #isGone = false
  /** Whether the app has ended. */
  #isDone = false

  constructor(service: Service, connection: Connection, asked: PlainRequest, bytes: Buffer) {
    this.#service = service
    this.#connection = connection
    this.#asked = asked
    this.#bytes = bytes
    const { method, target, headers } = asked
    const { socket } = connection
    const request = { httpVersion: '1.1', method, socket }
    this.#scope = new RequestScope(request, target, headers, service.site, this)
    this.#wire = new PlainWire(connection, this)
    this.#responder = new Responder(this.#scope, this.#wire)
  }

  run(): void {
    const done = run(this.#service.app, this.#scope, this.receive, this.send)
    if (done === SENT && this.#responder.phase === 'complete') {
      this.#end()
      return
    }
    this.#isOngoing = true
    this.#service.inFlight.begin(this)
    if (this.#drainListeners) this.#service.inFlight.listen(this)
    void whenEnded(done, this)
  }

  get started(): boolean {
    return this.#responder.phase !== 'waiting'
  }

  report(error: unknown): void {
    this.#service.onError(error, this.#scope)
  }

  get isLast(): boolean {
    return this.#asked.isLast || this.#service.inFlight.draining
  }

  /** Calls a listener once, when the client goes, or at once when it has gone. */
  listen(listener: () => void): void {
    if (this.#isGone) listener()
    else if (!this.#isOver) {
      this.#goneListeners ??= []
      this.#goneListeners.push(listener)
    }
  }

  drain(): void {
    for (const listener of this.#drainListeners?.splice(0) ?? []) this.#call(listener)
  }

  cut(): void {
    if (!this.#isOver) this.#connection.socket.destroy()
  }

  /** There is room for more. */
  resume(): void {
    this.#wire.resume()
  }

  /** The response is over. */
  over(isComplete: boolean): void {
    this.#isOver = true
    this.#isGone = !isComplete
    this.#settleWaiting()
    const listeners = this.#goneListeners ?? []
    this.#goneListeners = undefined
    if (this.#isGone) for (const listener of listeners) listener()
  }

  incompleteness(): Error | undefined {
    return this.#isSettled ? undefined : incomplete(this.#responder.phase, this.#wire.isFlushed)
  }

  /** Before anything was sent a 500 is possible; afterwards only a cut says that something is missing. */
  settle(error: unknown): void {
    this.#isOngoing = false
    this.#service.inFlight.end(this)
    if (error !== undefined) {
      if (!followsDisconnect(error, this.#scope)) this.report(error)
      if (!this.#isSettled && !this.#isOver) {
        if (this.#wire.isFlushed) this.#wire.abort()
        else this.#wire.refuse(500, this.#scope.method !== 'HEAD')
      }
    }
    this.#end()
  }

  /** Whether nothing is missing: all was sent, or the client left. */
  get #isSettled(): boolean {
    const { phase } = this.#responder
    if (phase === 'complete') return true
    // Sends fail as soon as the socket is destroyed, which is some turns before its 'close'.
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
    const { bodyStart } = this.#asked
    if (bodyStart === bytes.length) return NO_BODY
    return { type: 'http.request', body: bytes.subarray(bodyStart), moreBody: false }
  }

  /** The app has ended. */
  #end(): void {
    this.#isDone = true
    this.#settleWaiting()
  }

  #settleWaiting(): void {
    for (const resolve of this.#waiting?.splice(0) ?? []) resolve(DISCONNECT)
  }

  #call(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.report(error)
    }
  }
}
