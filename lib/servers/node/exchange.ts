/** One request and its response: calls the app, and ends the exchange whatever the app does. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { followsDisconnect } from '../../exceptions/common.ts'
import { Responder } from '../../protocol/response.ts'
import { type Ending, incomplete, run, whenEnded } from '../../protocol/run.ts'
import { type HTTPScope, type Receive, SENT, type Send } from '../../types.ts'
import { type Asked, type Hosting, readAsked } from './asked.ts'
import { cut } from './cut.ts'
import { Disconnect } from './disconnect.ts'
import { Refusal } from './fields.ts'
import { Incoming } from './incoming.ts'
import { isPastLast, linger, markLast } from './linger.ts'
import { type HandedOver, type HandingOver, isAsSent } from './nativepair.ts'
import type { Ongoing } from './ongoing.ts'
import { mustWait, pipelineOf } from './pipeline.ts'
import { refuse } from './refuse.ts'
import { RequestScope } from './scope.ts'
import { ServedRequest } from './servedrequest.ts'
import type { Service } from './service.ts'
import { type Circumstances, NodeWire } from './wire.ts'

export type { Hosting } from './asked.ts'

/** What a server does with exchanges. */
export interface HTTPService extends Service {
  /** Whether fields of Node's own may be used; see `direct.ts`. */
  readonly shortcuts: boolean
  /** How many requests of one connection are at work at once; further ones wait. */
  readonly maxPipelined: number
}

/** Unread bodies are discarded up to this size; larger ones end the connection. */
const MOST_DISCARDED = 65_536

/** Runs one exchange to its end. */
export function exchange(
  service: HTTPService,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
  hosting?: Hosting,
): void {
  const { socket } = request
  // Only then can there have been a last response: this one waits for it, or comes too late.
  if (!response.socket?.writable && isPastLast(socket)) return
  if (!mustWait(socket)) {
    begin(service, request, response, expectsContinue, hosting)
    return
  }
  pipelineOf(socket, service.maxPipelined).hold(() => {
    // A host may have answered meanwhile.
    if (isPastLast(socket) || response.destroyed || response.writableEnded) return
    begin(service, request, response, expectsContinue, hosting)
  })
}

function begin(
  service: HTTPService,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
  hosting: Hosting | undefined,
): void {
  const asked = readAsked(request, expectsContinue, hosting)
  if (asked instanceof Refusal) {
    refuseRequest(request, response, asked.status, expectsContinue)
    return
  }
  if (asked.isLast) markLast(request.socket)
  if (asked.bodyLength === 0 && request instanceof ServedRequest) request.spare()
  new Exchange(service, request, response, asked, hosting).run()
}

function refuseRequest(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  expectsContinue: boolean,
): void {
  markLast(request.socket)
  if (!expectsContinue) linger(request)
  refuse(response, status, true)
}

/** The parts of an exchange; the ones that most exchanges never need are made on first use. */
class Exchange implements HandingOver, Ongoing, Circumstances, Ending {
  readonly #service: HTTPService
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly receive: Receive = () => this.#reader().receive()
  readonly send: Send = (message) => this.#responder.send(message)
  /** For the app's own listeners: an error would reach the event loop, and end the process. */
  readonly onDisconnect = (listener: () => void): void => {
    this.disconnect.listen(() => this.#call(listener))
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
  #drainListeners: (() => void)[] | undefined
  /** Whether the app goes on after its call. */
  #isOngoing = false
  readonly #asked: Asked
  readonly #hosting: Hosting | undefined
  readonly #scope: HTTPScope
  readonly #wire: NodeWire
  readonly #responder: Responder
  #disconnect: Disconnect | undefined
  #incoming: Incoming | undefined
  #isHandedOver = false

  constructor(
    service: HTTPService,
    request: IncomingMessage,
    response: ServerResponse,
    asked: Asked,
    hosting: Hosting | undefined,
  ) {
    this.#service = service
    this.#request = request
    this.#response = response
    this.#asked = asked
    this.#hosting = hosting
    this.#scope = new RequestScope(request, asked.target, asked.headers, service.site, this)
    this.#wire = new NodeWire(response, this)
    this.#responder = new Responder(this.#scope, this.#wire)
  }

  run(): void {
    const done = run(this.#service.app, this.#scope, this.receive, this.send)
    if (done === SENT && (this.#responder.phase === 'complete' || this.#isHandedOver)) {
      this.#incoming?.end()
      return
    }
    this.#isOngoing = true
    this.#service.inFlight.begin(this)
    if (this.#isHandedOver || this.#drainListeners) this.#service.inFlight.listen(this)
    pipelineOf(this.#request.socket, this.#service.maxPipelined).begin(this.#response)
    void whenEnded(done, this)
  }

  /** The server begins to close: from now on each response is the last of its connection. */
  drain(): void {
    const response = this.#response
    if (this.#isHandedOver && !response.headersSent) response.setHeader('connection', 'close')
    for (const listener of this.#drainListeners?.splice(0) ?? []) this.#call(listener)
  }

  /** What a host has answered itself is not cut. */
  cut(): void {
    if (!this.#wire.isTaken) this.#response.destroy()
  }

  #call(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.#service.onError(error, this.#scope)
    }
  }

  get started(): boolean {
    const hasStarted = this.#responder.phase !== 'waiting'
    return hasStarted || (this.#isHandedOver && this.#response.headersSent)
  }

  /** Whether nothing is missing: all was sent, the client left, or a host or a handler has answered. */
  get #settled(): boolean {
    const { phase } = this.#responder
    const isLeft = this.#response.destroyed && phase !== 'aborted'
    const isTaken = this.hosted && this.#wire.isTaken
    const isEnded = this.#isHandedOver && this.#response.writableEnded
    return phase === 'complete' || isLeft || isTaken || isEnded
  }

  get disconnect(): Disconnect {
    this.#disconnect ??= new Disconnect(this.#request, this.#response)
    return this.#disconnect
  }

  get expectsContinue(): boolean {
    return this.#asked.expectsContinue
  }

  get shortcuts(): boolean {
    return this.#service.shortcuts
  }

  get hosted(): boolean {
    return this.#hosting !== undefined
  }

  get shared(): boolean {
    return this.hosted || this.#isHandedOver
  }

  report(error: unknown): void {
    this.#service.onError(error, this.#scope)
  }

  handOver(scope: HTTPScope, receive: Receive): HandedOver | undefined {
    const service = this.#service
    const request = this.#request
    const response = this.#response
    const { target, headers, expectsContinue } = this.#asked
    const isUntouched = this.#incoming === undefined && !this.started && receive === this.receive
    const isOurs = service.shortcuts && !service.inFlight.draining && this.#hosting === undefined
    const isPlain = !expectsContinue && target.authority === undefined
    if (!isUntouched || !isOurs || !isPlain || scope.onDisconnect !== this.onDisconnect) {
      return undefined
    }
    if (!isAsSent(scope, request, headers)) return undefined
    if (request instanceof ServedRequest) request.revive()
    this.#isHandedOver = true
    if (this.#isOngoing) service.inFlight.listen(this)
    return { request, response, whenOver: (listener) => this.disconnect.whenOver(listener) }
  }

  /** Whether this response is the last of its connection; if so, all is set up for the end. */
  endsConnection(): boolean {
    const { remaining, heldBack } = this.#bodyState()
    const leavesBody = remaining > 0 && (heldBack || remaining > MOST_DISCARDED)
    const isLast = this.#asked.isLast || leavesBody || this.#service.inFlight.draining
    if (this.#response.shouldKeepAlive && !isLast) return false
    markLast(this.#request.socket)
    if (remaining > 0 && !heldBack) linger(this.#request)
    return true
  }

  #bodyState(): { readonly remaining: number; readonly heldBack: boolean } {
    if (this.#incoming !== undefined) return this.#incoming
    return { remaining: this.#bodyLength, heldBack: this.expectsContinue }
  }

  /** Zero after a handover if the handler has read the body. */
  get #bodyLength(): number {
    const { readableEnded, destroyed } = this.#request
    return this.#isHandedOver && (readableEnded || destroyed) ? 0 : this.#asked.bodyLength
  }

  #reader(): Incoming {
    this.#incoming ??= new Incoming(this.#request, this.#response, this.#bodyLength, this)
    return this.#incoming
  }

  incompleteness(): Error | undefined {
    return this.#settled ? undefined : incomplete(this.#responder.phase, this.#wire.isFlushed)
  }

  /** Before anything was sent a 500 is possible; afterwards only a cut says that something is missing. */
  settle(error: unknown): void {
    this.#isOngoing = false
    this.#service.inFlight.end(this)
    if (error !== undefined && !this.#isTakenOver(error)) {
      if (!followsDisconnect(error, this.#scope)) this.#service.onError(error, this.#scope)
      const isOpen = !this.#settled && !this.#response.destroyed
      if (isOpen && this.#wire.isFlushed) cut(this.#response)
      else if (isOpen) refuse(this.#response, 500, this.endsConnection())
    }
    this.#incoming?.end()
    pipelineOf(this.#request.socket, this.#service.maxPipelined).end(this.#response)
  }

  #isTakenOver(error: unknown): boolean {
    const isUntouched = !this.#wire.isFlushed && !this.#response.destroyed
    return isUntouched && (this.#hosting?.takesOver(error) ?? false)
  }
}
