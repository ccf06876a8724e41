/** One request and its response: calls the app, and ends the exchange even if the app sends no response. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { followsDisconnect } from '../../exceptions/common.ts'
import { Responder } from '../../protocol/response.ts'
import { incomplete, run } from '../../protocol/run.ts'
import type { HTTPScope, Receive, Send } from '../../types.ts'
import { AppExchange } from './appexchange.ts'
import { takeAwaiter } from './awaited.ts'
import { cut } from './cut.ts'
import { Disconnect } from './disconnect.ts'
import { Refusal } from './fields.ts'
import { Incoming } from './incoming.ts'
import { isPastLast, linger, markLast } from './linger.ts'
import { type HandedOver, type HandingOver, isAsSent } from './nativepair.ts'
import { mustWait, pipelineOf } from './pipeline.ts'
import { refuse } from './refuse.ts'
import { type Hosting, type RequestHead, readRequestHead } from './requesthead.ts'
import { RequestScope } from './scope.ts'
import type { HTTPService } from './service.ts'
import { countResponse } from './unfinished.ts'
import { type Circumstances, NodeWire } from './wire.ts'

export type { Hosting } from './requesthead.ts'

/** Unread bodies up to this size are discarded; larger ones end the connection. In bytes. */
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
  if (hosting === undefined) countResponse(socket, response)
  const takePair = takeAwaiter(socket)
  if (takePair !== undefined) {
    takePair(request, response)
    return
  }
  // After the last response of a connection, a further response has no socket or one that is not writable.
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
  const head = readRequestHead(request, expectsContinue, hosting)
  if (head instanceof Refusal) {
    refuseRequest(request, response, head.status, expectsContinue)
    return
  }
  if (head.isLast) markLast(request.socket)
  run(service.app, new Exchange(service, request, response, head, hosting))
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

/** One exchange. Parts that most exchanges never need are made on first use. */
export class Exchange extends AppExchange implements HandingOver, Circumstances {
  readonly #service: HTTPService
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly receive: Receive = () => this.#reader().receive()
  readonly send: Send
  readonly onDisconnect = (listener: () => void): void => {
    this.disconnect.listen(() => this.tell(listener))
  }
  readonly #head: RequestHead
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
    head: RequestHead,
    hosting?: Hosting,
    scope?: HTTPScope,
  ) {
    super(service)
    this.#service = service
    this.#request = request
    this.#response = response
    this.#head = head
    this.#hosting = hosting
    const { target, headers } = head
    this.#scope = scope ?? new RequestScope(request, target, headers, service.site, this)
    this.#wire = new NodeWire(response, this)
    this.#responder = new Responder(this.#scope, this.#wire)
    this.send = this.#responder.send
  }

  get scope(): HTTPScope {
    return this.#scope
  }

  get isComplete(): boolean {
    return this.#responder.phase === 'complete' || this.#isHandedOver
  }

  conclude(): void {
    this.#incoming?.end()
  }

  /** Continues an exchange that began without node:http, because a handler needs Node's request and response. */
  adopt(): void {
    this.#isHandedOver = true
    this.goOn()
  }

  override goOn(): void {
    super.goOn()
    if (this.#isHandedOver) this.#service.inFlight.listen(this)
    pipelineOf(this.#request.socket, this.#service.maxPipelined).begin(this.#response)
  }

  get pair(): HandedOver {
    const whenOver = (listener: () => void): void => this.disconnect.whenOver(listener)
    return { request: this.#request, response: this.#response, whenOver }
  }

  /** The server begins to close, so a response without a head must close its connection. */
  override drain(): void {
    const response = this.#response
    if (this.#isHandedOver && !response.headersSent) response.setHeader('connection', 'close')
    super.drain()
  }

  /** Ends the connection, unless a host or a handler has sent the response. */
  cut(): void {
    if (!this.#wire.isTaken) this.#response.destroy()
  }

  get started(): boolean {
    const hasStarted = this.#responder.phase !== 'waiting'
    return hasStarted || (this.#isHandedOver && this.#response.headersSent)
  }

  /** Whether no response is missing: it was sent, the client left, or a host or a handler has answered. */
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
    return this.#head.expectsContinue
  }

  get hosted(): boolean {
    return this.#hosting !== undefined
  }

  get shared(): boolean {
    return this.hosted || this.#isHandedOver
  }

  handOver(scope: HTTPScope, receive: Receive): HandedOver | undefined {
    const service = this.#service
    const request = this.#request
    const { target, headers, expectsContinue } = this.#head
    const isUntouched = this.#incoming === undefined && !this.started && receive === this.receive
    const isOurs = service.shortcuts && !service.inFlight.draining && this.#hosting === undefined
    const isPlain = !expectsContinue && target.authority === undefined
    if (!isUntouched || !isOurs || !isPlain || scope.onDisconnect !== this.onDisconnect) {
      return undefined
    }
    if (!isAsSent(scope, request, headers)) return undefined
    this.#isHandedOver = true
    if (this.isOngoing) service.inFlight.listen(this)
    return this.pair
  }

  /** Whether this response is the last of its connection. If it is, the connection is prepared for its end. */
  endsConnection(): boolean {
    const { remaining, heldBack } = this.#bodyState()
    const leavesBody = remaining > 0 && (heldBack || remaining > MOST_DISCARDED)
    const isLast = this.#head.isLast || leavesBody || this.#service.inFlight.draining
    if (this.#response.shouldKeepAlive && !isLast) return false
    markLast(this.#request.socket)
    if (remaining > 0 && !heldBack) linger(this.#request)
    return true
  }

  #bodyState(): { readonly remaining: number; readonly heldBack: boolean } {
    if (this.#incoming !== undefined) return this.#incoming
    return { remaining: this.#bodyLength, heldBack: this.expectsContinue }
  }

  /** The length of the unread body; 0 if a handler that was given the request has read it. */
  get #bodyLength(): number {
    const { readableEnded, destroyed } = this.#request
    return this.#isHandedOver && (readableEnded || destroyed) ? 0 : this.#head.bodyLength
  }

  #reader(): Incoming {
    this.#incoming ??= new Incoming(this.#request, this.#response, this.#bodyLength, this)
    return this.#incoming
  }

  incompleteness(): Error | undefined {
    return this.#settled ? undefined : incomplete(this.#responder.phase, this.#wire.isFlushed)
  }

  /** Answers an error with 500. If the head was sent, the connection is cut to mark the response as incomplete. */
  settle(error: unknown): void {
    this.end()
    if (error !== undefined && !this.#isTakenOver(error)) {
      if (!followsDisconnect(error, this.#scope)) this.report(error)
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
