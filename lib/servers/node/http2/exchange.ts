/** One HTTP/2 request and its response: calls the app, and ends the stream even if the app sends no response. */
import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { followsDisconnect } from '../../../exceptions/common.ts'
import { Responder } from '../../../protocol/response.ts'
import { incomplete } from '../../../protocol/run.ts'
import type { HTTPScope, Receive, Send, Transport } from '../../../types.ts'
import { AppExchange } from '../appexchange.ts'
import { type ConnectionEvents, RequestScope } from '../scope.ts'
import type { Service } from '../service.ts'
import { Departure } from './departure.ts'
import { StreamIncoming } from './incoming.ts'
import { refuseStream } from './refuse.ts'
import type { StreamRequestHead } from './requesthead.ts'
import { resetStream } from './reset.ts'
import { StreamWire } from './wire.ts'

/** The functions of a connection that an exchange calls. */
export interface Owner {
  readonly socket: Socket
  /** Called when the client has disconnected while the app still runs. */
  abandoned(): void
  /** Called when an app has ended after its client has disconnected. */
  forgotten(): void
  /** Called if the app ends without sending anything. It returns whether a host answers instead. */
  takesOver?(error: unknown): boolean
}

export class StreamExchange extends AppExchange implements Transport, ConnectionEvents {
  readonly #stream: ServerHttp2Stream
  readonly #owner: Owner
  readonly receive: Receive = () => this.incoming.receive()
  readonly send: Send
  readonly onDisconnect = (listener: () => void): void => {
    this.#departure.listen(() => this.tell(listener))
  }
  readonly incoming: StreamIncoming
  readonly #scope: HTTPScope
  readonly #wire: StreamWire
  readonly #responder: Responder
  readonly #departure: Departure
  #isAbandoned = false

  constructor(service: Service, stream: ServerHttp2Stream, head: StreamRequestHead, owner: Owner) {
    const { method, target, headers, announced, expectsContinue } = head
    super(service)
    this.#stream = stream
    this.#owner = owner
    this.#departure = new Departure(stream, () => this.#leave())
    this.incoming = new StreamIncoming(stream, this.#departure, announced, expectsContinue)
    const request = { httpVersion: '2', method, socket: owner.socket }
    this.#scope = new RequestScope(request, target, headers, service.site, this)
    this.#wire = new StreamWire(stream, this.#departure)
    this.#responder = new Responder(this.#scope, this.#wire)
    this.send = this.#responder.send
    stream.on('finish', () => this.#finish())
  }

  get scope(): HTTPScope {
    return this.#scope
  }

  get isComplete(): boolean {
    return this.#responder.phase === 'complete'
  }

  conclude(): void {
    this.incoming.end()
  }

  get started(): boolean {
    return this.#responder.phase !== 'waiting'
  }

  cut(): void {
    resetStream(this.#stream)
  }

  incompleteness(): Error | undefined {
    if (this.#isSettled) return undefined
    return incomplete(this.#responder.phase, this.#stream.headersSent)
  }

  /** Answers an error with 500. If the head was sent, the stream is reset to mark the response as incomplete. */
  settle(error: unknown): void {
    if (this.#isAbandoned) this.#owner.forgotten()
    this.end()
    if (error !== undefined && !this.#isTakenOver(error)) {
      if (!followsDisconnect(error, this.#scope)) this.report(error)
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

  /** Whether no response is missing: it was sent, or the stream has ended. */
  get #isSettled(): boolean {
    const { phase } = this.#responder
    return phase === 'complete' || phase === 'aborted' || this.#stream.closed
  }

  #leave(): void {
    if (!this.isOngoing || this.#isAbandoned) return
    this.#isAbandoned = true
    this.#owner.abandoned()
  }

  /** Tells the client that it need not send the rest of an unread body (RFC 9113 section 8.1). */
  #finish(): void {
    if (!this.#departure.answered || this.#stream.closed) return
    if (!this.incoming.ended && !this.#wire.hasTrailers)
      this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }
}
