/** The state machine of a websocket. It validates the messages of the app, and calls the wire. */

import { isDisconnectError } from '../exceptions/common.ts'
import { ClientDisconnected } from '../exceptions.ts'
import { handled } from '../internal/handled.ts'
import {
  type App,
  type ReceiveMessage,
  SENT,
  type SendMessage,
  type WebSocketAcceptMessage,
  type WebSocketCloseMessage,
  type WebSocketDenialBodyMessage,
  type WebSocketDenialStartMessage,
  type WebSocketDisconnectMessage,
  type WebSocketScope,
  type WebSocketSentMessage,
} from '../types.ts'
import { type RequestFacts, readHead } from './head.ts'
import { Inbox, type InboxLimits } from './inbox.ts'
import { Responder, type Wire } from './response.ts'
import { noMessage } from './responsefaults.ts'
import { asFault, callApp } from './run.ts'
import {
  type Acceptance,
  asResponse,
  assertContent,
  disconnectMessage,
  foreign,
  noTrailers,
  outOfOrder,
  readAccept,
  readClose,
  type SocketPhase,
  unanswered,
} from './websocket.ts'

/** The part of a server that writes to the connection. All arguments have been validated. */
export interface SocketWire {
  /** Accepts the handshake. Returns false if the client has disconnected. */
  accept(acceptance: Acceptance): boolean
  /**
   * Refuses the handshake with a response of the server.
   *
   * @param close The code and reason of the app's close message, if there is one. They are not sent to the
   * client.
   */
  deny(status: number, close?: SocketClose): void
  /** Creates the wire for a response of the app that refuses the handshake. Called at most once. */
  response(): Wire
  /** Resolves when more may be sent. */
  text(text: string): Promise<void>
  /** Resolves when more may be sent. */
  bytes(bytes: Uint8Array): Promise<void>
  close(code: number, reason: string): void
  /** Reports an error of the app, or of one of its listeners. Never throws. */
  failed(error: unknown): void
  /** Called once, when the app has ended. */
  ended(): void
}

export interface SocketClose {
  readonly code: number
  readonly reason: string
}

/**
 * One websocket of an app. A rejected message changes nothing, with one exception: a body of the wrong
 * length drops its response, or aborts it if a part was sent.
 *
 * A message after the app has closed is an error of the app. A message after the peer has disconnected is
 * not.
 */
export class SocketProtocol {
  /** The messages that the app has not received yet. */
  readonly inbox: Inbox
  readonly #wire: SocketWire
  #subprotocols: readonly string[] = []
  #phase: SocketPhase = 'connecting'
  /** Whether the app has closed the websocket, or refused it completely. */
  #isFinished = false
  /** Whether nothing more is received. */
  #isLost = false
  #denial: Responder | undefined
  #listeners: (() => void)[] | undefined

  constructor(wire: SocketWire, limits: InboxLimits) {
    this.#wire = wire
    this.inbox = new Inbox(limits)
    this.inbox.put({ type: 'websocket.connect' }, 0)
  }

  get phase(): SocketPhase {
    return this.#phase
  }

  /** Whether the peer has disconnected, or a refusal is complete. */
  get isOver(): boolean {
    return this.#isLost
  }

  /** Calls the app, and closes or refuses the websocket if the app has not. */
  run(app: App, scope: WebSocketScope): void {
    this.#subprotocols = scope.subprotocols
    const receive = (): Promise<ReceiveMessage> => this.inbox.receive()
    const send = (message: SendMessage): Promise<void> => this.send(message)
    callApp(app, scope, receive, send).then(
      () => this.#end(undefined),
      (error: unknown) => this.#end(asFault(error)),
    )
  }

  /**
   * Calls a listener when the websocket has ended, or now if it has. Errors of the listener are reported.
   */
  onDisconnect(listener: () => void): void {
    if (!this.#isLost) {
      this.#listeners ??= []
      this.#listeners.push(listener)
      return
    }
    try {
      listener()
    } catch (error) {
      this.#wire.failed(error)
    }
  }

  /** Called when the connection has ended, or the peer has closed it. */
  lost(message: WebSocketDisconnectMessage): void {
    if (this.#phase !== 'denied' || !this.#isFinished) this.#phase = 'closed'
    if (this.#isLost) return
    this.#isLost = true
    this.inbox.end(message)
    const listeners = this.#listeners ?? []
    this.#listeners = undefined
    for (const listener of listeners) this.onDisconnect(listener)
  }

  /** Ends the websocket for the server: closes it with this code, or refuses it with this status. */
  abort(code: number, reason = '', status = 503): void {
    if (this.#phase === 'open') this.#wire.close(code, reason)
    else if (this.#phase === 'connecting') this.#wire.deny(status)
    else return
    this.lost(disconnectMessage(code, reason))
  }

  /**
   * Accepts a message. It never throws, and its rejections are marked as handled, so a forgotten `await`
   * cannot end the process.
   */
  send(message: SendMessage): Promise<void> {
    try {
      const sent = this.#take(message)
      return sent === SENT ? sent : handled(sent)
    } catch (error) {
      return handled(Promise.reject(error))
    }
  }

  #take(message: SendMessage): Promise<void> {
    if (typeof message !== 'object' || message === null) throw noMessage(message)
    switch (message.type) {
      case 'websocket.send':
        return this.#transmit(message)
      case 'websocket.close':
        return this.#close(message)
      case 'websocket.accept':
        return this.#accept(message)
      case 'websocket.http.response.start':
        return this.#startResponse(message)
      case 'websocket.http.response.body':
        return this.#continueResponse(message)
      default:
        throw foreign(message)
    }
  }

  #transmit(message: WebSocketSentMessage): Promise<void> {
    assertContent(message)
    if (this.#phase !== 'open') throw this.#outOfOrder(message)
    const { text, bytes } = message
    return bytes === undefined ? this.#wire.text(text ?? '') : this.#wire.bytes(bytes)
  }

  #accept(message: WebSocketAcceptMessage): Promise<void> {
    const acceptance = readAccept(message, this.#subprotocols)
    if (this.#phase !== 'connecting') throw this.#outOfOrder(message)
    if (!this.#wire.accept(acceptance)) {
      this.lost(disconnectMessage(1006))
      throw new ClientDisconnected()
    }
    if (!this.#isLost) this.#phase = 'open'
    return SENT
  }

  #close(message: WebSocketCloseMessage): Promise<void> {
    const close = readClose(message)
    if (this.#phase === 'open') this.#finish(close.code, close.reason)
    else if (this.#phase === 'connecting') {
      this.#wire.deny(403, close)
      this.#denied()
    } else if (this.#phase !== 'closed' || this.#isFinished) throw this.#outOfOrder(message)
    return SENT // even if the peer has disconnected: the websocket is closed
  }

  #startResponse(message: WebSocketDenialStartMessage): Promise<void> {
    // The message is checked before the wire is created, because the app may send another one if it is
    // invalid.
    if (readHead(asResponse(message), GET_REQUEST).trailers) throw noTrailers(message)
    if (this.#phase !== 'connecting') throw this.#outOfOrder(message)
    this.#denial ??= new Responder(GET_REQUEST, this.#wire.response())
    return this.#respond(this.#denial, asResponse(message))
  }

  #continueResponse(message: WebSocketDenialBodyMessage): Promise<void> {
    const denial = this.#denial
    const isDue = this.#phase === 'denied' && !this.#isFinished
    if (!isDue || denial === undefined) throw this.#outOfOrder(message)
    return this.#respond(denial, asResponse(message))
  }

  #respond(denial: Responder, message: SendMessage): Promise<void> {
    const sent = denial.send(message)
    if (this.#isLost) return sent
    if (denial.phase === 'complete') this.#denied()
    else if (denial.phase === 'aborted') this.lost(disconnectMessage(1006))
    else this.#phase = denial.phase === 'waiting' ? 'connecting' : 'denied'
    return sent
  }

  /** Called when the handshake has been answered with a complete response. */
  #denied(): void {
    this.#phase = 'denied'
    this.#isFinished = true
    this.lost(disconnectMessage(1006))
  }

  #finish(code: number, reason: string): void {
    this.#phase = 'closing'
    this.#isFinished = true
    this.#wire.close(code, reason)
  }

  #end(error: unknown): void {
    const isExpected =
      error instanceof ClientDisconnected || (this.#isLost && isDisconnectError(error))
    if (error !== undefined && !isExpected) this.#wire.failed(error)
    if (this.#phase === 'open') this.#finish(error === undefined ? 1000 : 1011, '')
    else if (this.#phase === 'connecting' || (this.#phase === 'denied' && !this.#isFinished)) {
      this.#refuse(error)
    }
    this.inbox.discard()
    this.#wire.ended()
  }

  /** Called when the app has ended without a complete response to the handshake. */
  #refuse(error: unknown): void {
    const fault = error ?? unanswered(this.#phase === 'denied')
    if (error === undefined) this.#wire.failed(fault)
    this.#denial?.abort(fault)
    if (this.#denial?.phase !== 'aborted') this.#wire.deny(500)
    this.#denied()
  }

  /**
   * Returns the error for a message at the wrong time. It is a ClientDisconnected if the peer has
   * disconnected, which is not an error of the app.
   */
  #outOfOrder({ type }: SendMessage): Error {
    const hasLeft = this.#phase === 'closed' && !this.#isFinished
    return hasLeft ? new ClientDisconnected() : outOfOrder(type, this.#phase)
  }
}

/** The request of the responses that refuse a handshake. */
const GET_REQUEST: RequestFacts = { method: 'GET', httpVersion: '1.1', headers: [] }
