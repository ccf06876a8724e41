/** One request and its response: calls the app, and brings the exchange to an end whatever it does. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { ACCEPTED, type HTTPScope, type Receive, type Send } from '../../types.ts'
import { parseTarget, type Target } from '../target.ts'
import { cut } from './cut.ts'
import { Departure } from './departure.ts'
import { endStream } from './ended.ts'
import { Refusal, readFields } from './fields.ts'
import { Incoming } from './incoming.ts'
import { isPastLast, linger, markLast } from './linger.ts'
import { Outgoing } from './outgoing.ts'
import { refuse } from './refuse.ts'
import { buildScope } from './scope.ts'
import type { Service } from './service.ts'

/** What a server does with exchanges. */
export interface HTTPService extends Service {
  /** Whether fields of Node's own may be used; see `direct.ts`, `ended.ts` and `parts.ts`. */
  readonly shortcuts: boolean
}

/** What is other about a request that comes through somebody else's server. */
export interface Hosting {
  /** What the host left of the target; undefined when that is none. */
  readonly target: Target | undefined
  /** Whether the host has read the body. */
  readonly isRead: boolean
  /** Asked when the app has ended and nothing was sent: whether the host goes on instead. */
  readonly takesOver: (error: unknown) => boolean
}

/** Bodies that nobody reads are discarded up to this size; larger ones end the connection. */
const MOST_DISCARDED = 65_536

/** Runs one exchange, to an end whatever its app does. */
export function exchange(
  service: HTTPService,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
  hosting?: Hosting,
): void {
  // Only then can there have been a last response: this one waits for it, or comes too late.
  if (!response.socket?.writable && isPastLast(request.socket)) return
  const target = hosting === undefined ? parseTarget(request.url ?? '') : hosting.target
  if (target === undefined) {
    refuseRequest(request, response, 400, expectsContinue)
    return
  }
  const fields = readFields(request.rawHeaders, request.httpVersion, target.authority)
  if (fields instanceof Refusal) {
    refuseRequest(request, response, fields.status, expectsContinue)
    return
  }
  const { headers } = fields
  const bodyLength = hosting?.isRead ? 0 : fields.bodyLength
  if (bodyLength === 0 && service.shortcuts) endStream(request)
  const one = new Exchange(service, request, response, bodyLength, expectsContinue, hosting)
  const { site } = service
  one.run(buildScope(request, target, headers, site, (listener) => one.onDeparture(listener)))
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

/** The parts of an exchange; what most exchanges never need is made when somebody asks for it. */
class Exchange {
  readonly service: HTTPService
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly bodyLength: number
  readonly expectsContinue: boolean
  readonly #hosting: Hosting | undefined
  #departure: Departure | undefined
  #incoming: Incoming | undefined
  #scope: HTTPScope | undefined

  constructor(
    service: HTTPService,
    request: IncomingMessage,
    response: ServerResponse,
    bodyLength: number,
    expectsContinue: boolean,
    hosting: Hosting | undefined,
  ) {
    this.service = service
    this.request = request
    this.response = response
    this.bodyLength = bodyLength
    this.expectsContinue = expectsContinue
    this.#hosting = hosting
  }

  run(scope: HTTPScope): void {
    const outgoing = new Outgoing(this.response, scope, this)
    this.#scope = scope
    const receive: Receive = () => this.#reader().receive()
    const send: Send = (message) => outgoing.send(message)
    let done: Promise<void>
    try {
      // What JavaScript, without types, may return is no promise.
      done = Promise.resolve(this.service.app(scope, receive, send))
    } catch (error) {
      // An app that is no async function may throw before it returns a promise.
      done = Promise.reject(error)
    }
    if (done === ACCEPTED && outgoing.complete) {
      this.#incoming?.end()
      return
    }
    this.service.inFlight.begin()
    done.then(
      () => this.#end(scope, outgoing, outgoing.settled ? undefined : incomplete(outgoing)),
      (error: unknown) => this.#end(scope, outgoing, error ?? new Error('rejected with nothing')),
    )
  }

  get departure(): Departure {
    this.#departure ??= new Departure(this.request, this.response)
    return this.#departure
  }

  get shortcuts(): boolean {
    return this.service.shortcuts
  }

  get hosted(): boolean {
    return this.#hosting !== undefined
  }

  /** For the app's own listeners: an error would reach the event loop, and end the process. */
  onDeparture(listener: () => void): void {
    this.departure.listen(() => {
      try {
        listener()
      } catch (error) {
        if (this.#scope !== undefined) this.service.onError(error, this.#scope)
      }
    })
  }

  /** Whether this response is the last of its connection; if so, all is set up for the end. */
  endsConnection(): boolean {
    const { remaining, heldBack } = this.#bodyState()
    const leavesBody = remaining > 0 && (heldBack || remaining > MOST_DISCARDED)
    if (this.response.shouldKeepAlive && !leavesBody && !this.service.inFlight.closing) return false
    markLast(this.request.socket)
    if (remaining > 0 && !heldBack) linger(this.request)
    return true
  }

  #bodyState(): { readonly remaining: number; readonly heldBack: boolean } {
    if (this.#incoming !== undefined) return this.#incoming
    return { remaining: this.bodyLength, heldBack: this.expectsContinue }
  }

  #reader(): Incoming {
    this.#incoming ??= new Incoming(this.request, this.response, this.bodyLength, this)
    return this.#incoming
  }

  /** Before anything was sent a 500 is possible; afterwards only a cut says that something is missing. */
  #end(scope: HTTPScope, outgoing: Outgoing, error: unknown): void {
    this.service.inFlight.end()
    if (error !== undefined && !this.#isTakenOver(outgoing, error)) {
      if (!(error instanceof ClientDisconnected)) this.service.onError(error, scope)
      const isOpen = !outgoing.settled && !this.response.destroyed
      if (isOpen && outgoing.flushed) cut(this.response)
      else if (isOpen) refuse(this.response, 500, this.endsConnection())
    }
    this.#incoming?.end()
  }

  #isTakenOver(outgoing: Outgoing, error: unknown): boolean {
    const isUntouched = !outgoing.flushed && !this.response.destroyed
    return isUntouched && (this.#hosting?.takesOver(error) ?? false)
  }
}

function incomplete(outgoing: Outgoing): ProtocolError {
  return new ProtocolError(
    outgoing.flushed
      ? 'the app ended before its response was complete. Is a last body message, or an await, missing?'
      : 'the app ended without a response. Is a return or an await missing?',
  )
}
