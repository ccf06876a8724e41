/** One exchange with a Node handler: its request, its response, and its end. */
import { nextTick } from 'node:process'
import { ClientDisconnected } from '../../exceptions.ts'
import { isThenable } from '../../internal/handled.ts'
import { type HeaderList, type HTTPScope, type Receive, SENT, type Send } from '../../types.ts'
import { exceptionOf } from './errors.ts'
import { withHint } from './hint.ts'
import { clearNeedDrain, detachSignal, type InnerResponse } from './internals.ts'
import { reportLate } from './late.ts'
import { isRead, makeRequest, type NodeRequest } from './request.ts'
import { RequestBody } from './requestbody.ts'
import { makeResponse, trailersOf } from './response.ts'
import { type Callback, ResponseMessages } from './responsemessages.ts'
import { InnerSocket } from './socket.ts'

export class InnerExchange {
  readonly request: NodeRequest
  readonly response: InnerResponse
  readonly requestBody: RequestBody
  readonly messages: ResponseMessages
  /** Whether trailers follow the body, even if the head does not announce them. */
  announced = false
  readonly #scope: HTTPScope
  readonly #socket: InnerSocket
  #working = 0
  #complete = false
  #closed = false
  #over = false
  #failure: { readonly error: unknown } | undefined
  #settle: (() => void) | undefined
  #watching: Watch | undefined

  /** @param room The maximum number of bytes of the body to keep for the app behind the handler. */
  constructor(scope: HTTPScope, receive: Receive, send: Send, room = 0) {
    this.#scope = scope
    this.messages = new ResponseMessages(scope, send, this)
    this.#socket = new InnerSocket(scope, this)
    this.request = makeRequest(scope, this.#socket, () => this.requestBody.read())
    this.requestBody = new RequestBody(scope, receive, this, room)
    this.request.complete = this.requestBody.complete
    this.response = makeResponse(this.request, this.#socket, this)
  }

  get sendsHints(): boolean {
    return this.#scope.extensions?.['http.response.early_hint'] !== undefined
  }

  get sendsTrailers(): boolean {
    return this.#scope.extensions?.['http.response.trailers'] !== undefined
  }

  /** Calls the handler; the promise covers the whole exchange. */
  run(handle: () => unknown): Promise<void> {
    this.follow(handle)
    if (this.#over) return this.#failure ? Promise.reject(this.#failure.error) : SENT
    this.#watch()
    return new Promise((resolve, reject) => {
      const settle = (): void => (this.#failure ? reject(this.#failure.error) : resolve())
      this.#settle = settle
    })
  }

  /** Calls a function. The exchange waits for it, and fails if it fails. */
  follow(handle: () => unknown, fail: (error: unknown) => void = this.failInside): void {
    let returned: unknown
    try {
      returned = handle()
    } catch (error) {
      fail(error)
      return
    }
    if (!isThenable(returned)) return
    this.#working++
    returned.then(() => {
      this.#working--
      this.#end()
    }, fail)
  }

  /** Ends the exchange with an error of the handler, which may have a status. */
  readonly failInside = (error: unknown): void => {
    if (this.#over) reportLate(error, this.#scope, this.#failure?.error)
    else this.fail(exceptionOf(withHint(error, this.response), this.#scope))
  }

  /** Ends the exchange with an error of the app behind the handler. */
  readonly failBehind = (error: unknown): void => {
    if (this.#over) reportLate(error, this.#scope, this.#failure?.error)
    else this.fail(error)
  }

  /** Fails the exchange if there is no response yet; a response that has started continues. */
  unanswered(error: unknown): void {
    if (!this.response.headersSent) this.fail(error)
  }

  /** Ends the exchange with an error, before or during the response. */
  fail(error: unknown): void {
    if (this.#over) return
    this.#failure = { error }
    this.#over = true
    this.#socket._hadError = !this.#complete
    const lost = new Error('the response was given up before it was complete')
    for (const callback of this.messages.stop()) nextTick(callback, lost)
    const isLost = error instanceof ClientDisconnected || this.#socket.destroyed
    // The socket is destroyed first, without an error: the request would pass its error on to it.
    this.#socket.destroy()
    this.request.destroy(isLost ? connectionReset() : undefined)
    this.#settle?.()
  }

  /** Called when the socket is destroyed, which is how a handler aborts a response. */
  lost(error: Error | null): void {
    if (!this.#complete) this.fail(error ?? new Error(CUT))
  }

  expired(): boolean {
    const { request, response } = this
    const byRequest = !request.complete && request.emit('timeout', this.#socket)
    return response.emit('timeout', this.#socket) || byRequest
  }

  /** After a complete response, the server discards a body that was not read. */
  ended(): void {
    if (this.requestBody.begun) this.messages.end()
    else this.messages.endLater()
  }

  waiting(): number {
    return this.messages.waiting
  }

  arrived(): void {
    this.#socket.touch()
  }

  drained(): void {
    const { response } = this
    this.#socket.touch()
    if (!response.writableNeedDrain) return
    clearNeedDrain(response)
    response.emit('drain')
  }

  trailers(): HeaderList {
    return trailersOf(this.response)
  }

  completed(callbacks: readonly Callback[]): void {
    this.#complete = true
    nextTick(() => {
      nextTick(() => this.#close())
      for (const callback of callbacks) callback()
    })
    this.#end()
  }

  /** Closes the response, as Node's server does, while the connection stays open. */
  #close(): void {
    const { response } = this
    if (response.closed) return
    if (response.socket !== null) response.detachSocket(response.socket)
    response.destroyed = true
    response._closed = true
    this.#closed = true
    response.emit('close')
    if (this.#over) this.#release()
  }

  /** A body that is being read is read to its end, even after the response. */
  #end(): void {
    if (this.#over || !this.#complete || this.#working > 0) return
    if (isRead(this.request)) {
      this.request.once('close', () => this.#end())
      return
    }
    this.#over = true
    if (this.#closed) this.#release()
    this.#settle?.()
  }

  #release(): void {
    const { request } = this
    if (this.#watching !== undefined) this.#watching.exchange = undefined
    detachSignal(request)
    // The handler did not read it all, but some listeners wait for its end.
    if (request.listenerCount('end') + request.listenerCount('close') > 0) this.requestBody.dump()
    this.#socket.destroy()
  }

  #watch(): void {
    const { onDisconnect } = this.#scope
    if (onDisconnect === undefined) this.requestBody.watch()
    else {
      const watch: Watch = { exchange: this }
      this.#watching = watch
      onDisconnect(() => watch.exchange?.fail(new ClientDisconnected()))
    }
  }
}

/**
 * The properties that the server keeps: it holds its listeners until the next request of the
 * connection, and V8, which then considers them long-lived, would keep all exchanges until a full
 * collection.
 */
interface Watch {
  exchange: InnerExchange | undefined
}

const CUT =
  'fromNode: the handler has destroyed its request or response before that was complete. End the response instead.'

/** Node's error for a disconnected client. */
function connectionReset(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
}
