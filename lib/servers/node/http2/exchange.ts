/** One request and its response over HTTP/2: calls the app, and ends the stream whatever the app does. */
import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { followsDisconnect } from '../../../exceptions/common.ts'
import { Responder } from '../../../protocol/response.ts'
import { type Ending, incomplete, run, whenEnded } from '../../../protocol/run.ts'
import { type HTTPScope, type Receive, SENT, type Send, type Transport } from '../../../types.ts'
import type { Ongoing } from '../ongoing.ts'
import { type Departing, RequestScope } from '../scope.ts'
import type { Service } from '../service.ts'
import type { StreamAsked } from './asked.ts'
import { Departure } from './departure.ts'
import { StreamIncoming } from './incoming.ts'
import { refuseStream } from './refuse.ts'
import { resetStream } from './reset.ts'
import { StreamWire } from './wire.ts'

/** What an exchange tells its connection. */
export interface Owner {
  readonly socket: Socket
  /** The client has gone while the app goes on. */
  abandoned(): void
  /** An app that was abandoned has ended. */
  forgotten(): void
  /** Asked when the app has ended and nothing was sent: whether a host goes on instead. */
  takesOver?(error: unknown): boolean
}

export class StreamExchange implements Ongoing, Transport, Departing, Ending {
  readonly #service: Service
  readonly #stream: ServerHttp2Stream
  readonly #owner: Owner
  readonly receive: Receive = () => this.incoming.receive()
  readonly send: Send = (message) => this.#responder.send(message)
  /** For the app's own listeners: an error would end the process. */
  readonly onDisconnect = (listener: () => void): void => {
    this.#departure.listen(() => this.#call(listener))
  }
  readonly onDraining = (listener: () => void): void => {
    if (this.#service.inFlight.draining) {
      this.#call(listener)
      return
    }
    this.#drainListeners.push(listener)
    if (this.#isOngoing) this.#service.inFlight.listen(this)
  }
  readonly #drainListeners: (() => void)[] = []
  readonly incoming: StreamIncoming
  readonly #scope: HTTPScope
  readonly #wire: StreamWire
  readonly #responder: Responder
  readonly #departure: Departure
  /** Whether the app goes on after its call. */
  #isOngoing = false
  #isAbandoned = false

  constructor(service: Service, stream: ServerHttp2Stream, asked: StreamAsked, owner: Owner) {
    const { method, target, headers, announced, expectsContinue } = asked
    this.#service = service
    this.#stream = stream
    this.#owner = owner
    this.#departure = new Departure(stream, () => this.#leave())
    this.incoming = new StreamIncoming(stream, this.#departure, announced, expectsContinue)
    const request = { httpVersion: '2', method, socket: owner.socket }
    this.#scope = new RequestScope(request, target, headers, service.site, this)
    this.#wire = new StreamWire(stream, this.#departure)
    this.#responder = new Responder(this.#scope, this.#wire)
    stream.on('finish', () => this.#finish())
  }

  run(): void {
    this.#isOngoing = true
    const done = run(this.#service.app, this.#scope, this.receive, this.send)
    if (done === SENT && this.#responder.phase === 'complete') {
      this.#isOngoing = false
      this.incoming.end()
      return
    }
    this.#service.inFlight.begin(this)
    if (this.#drainListeners.length > 0) this.#service.inFlight.listen(this)
    void whenEnded(done, this)
  }

  get started(): boolean {
    return this.#responder.phase !== 'waiting'
  }

  report(error: unknown): void {
    this.#service.onError(error, this.#scope)
  }

  drain(): void {
    for (const listener of this.#drainListeners.splice(0)) this.#call(listener)
  }

  cut(): void {
    resetStream(this.#stream)
  }

  incompleteness(): Error | undefined {
    if (this.#isSettled) return undefined
    return incomplete(this.#responder.phase, this.#stream.headersSent)
  }

  /** Before anything was sent a 500 is possible; afterwards only a reset says that something is missing. */
  settle(error: unknown): void {
    this.#isOngoing = false
    if (this.#isAbandoned) this.#owner.forgotten()
    this.#service.inFlight.end(this)
    if (error !== undefined && !this.#isTakenOver(error)) {
      if (!followsDisconnect(error, this.#scope)) this.#service.onError(error, this.#scope)
      if (!this.#isSettled) {
        if (this.#stream.headersSent) this.#responder.abort(error)
        else {
          this.#departure.answered = true
          refuseStream(this.#stream, 500)
        }
      }
    }
    this.incoming.end()
  }

  #isTakenOver(error: unknown): boolean {
    const isUntouched = !this.#stream.headersSent && !this.#stream.closed
    return isUntouched && (this.#owner.takesOver?.(error) ?? false)
  }

  /** Whether nothing is missing: all was sent, or the stream has ended. */
  get #isSettled(): boolean {
    const { phase } = this.#responder
    return phase === 'complete' || phase === 'aborted' || this.#stream.closed
  }

  #call(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.report(error)
    }
  }

  #leave(): void {
    if (!this.#isOngoing || this.#isAbandoned) return
    this.#isAbandoned = true
    this.#owner.abandoned()
  }

  /** The client need not send what is not read (RFC 9113 section 8.1). */
  #finish(): void {
    if (!this.#departure.answered || this.#stream.closed) return
    if (!this.incoming.ended && !this.#wire.hasTrailers)
      this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }
}
