/** The state machine of a websocket: it validates what an app sends, and drives a wire. */

import { saysDisconnect } from '../exceptions/common.ts'
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
import { type Asked, readHead } from './head.ts'
import { Inbox, type InboxLimits } from './inbox.ts'
import { Responder, type Wire } from './response.ts'
import { noMessage } from './responsefaults.ts'
import { asFault, run } from './run.ts'
import {
  type Acceptance,
  asResponse,
  assertContent,
  disconnected,
  foreign,
  misplaced,
  noTrailers,
  readAccept,
  readClose,
  type SocketPhase,
  unanswered,
} from './websocket.ts'

/** A connection, as the state machine drives it. All that it is given has been validated. */
export interface SocketWire {
  /** Answers the handshake; returns false if the client has left. */
  accept(acceptance: Acceptance): boolean
  /**
   * Refuses the handshake with a response of the server's own.
   *
   * @param close What the app closed with, if it did; clients do not learn it.
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
 * One websocket of an app. A message that is rejected changes nothing, but that a body of the wrong
 * length takes back, or breaks off, the response that it belongs to.
 *
 * A message after the app's own close is a mistake of the app, a message to a peer that has left is not.
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

  /** Whether the peer has left, or a refusal is complete. */
  get isOver(): boolean {
    return this.#isLost
  }

  /** Calls the app, and closes or refuses the websocket if the app has not. */
  run(app: App, scope: WebSocketScope): void {
    this.#subprotocols = scope.subprotocols
    const receive = (): Promise<ReceiveMessage> => this.inbox.receive()
    const send = (message: SendMessage): Promise<void> => this.send(message)
    run(app, scope, receive, send).then(
      () => this.#end(undefined),
      (error: unknown) => this.#end(asFault(error)),
    )
  }

  /** Calls a listener once the websocket has ended, or now if it has; its errors are reported. */
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

  /** The connection has ended, or the peer has closed it. */
  lost(message: WebSocketDisconnectMessage): void {
    if (this.#phase !== 'denied' || !this.#isFinished) this.#phase = 'closed'
    if (this.#isLost) return
    this.#isLost = true
    this.inbox.end(message)
    const listeners = this.#listeners ?? []
    this.#listeners = undefined
    for (const listener of listeners) this.onDisconnect(listener)
  }

  /** The server ends the websocket: it closes with this code, or refuses with this status. */
  abort(code: number, reason = '', status = 503): void {
    if (this.#phase === 'open') this.#wire.close(code, reason)
    else if (this.#phase === 'connecting') this.#wire.deny(status)
    else return
    this.lost(disconnected(code, reason))
  }

  /** Never throws, so that a forgotten `await` cannot end the process. */
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
    if (this.#phase !== 'open') throw this.#misplaced(message)
    const { text, bytes } = message
    return bytes === undefined ? this.#wire.text(text ?? '') : this.#wire.bytes(bytes)
  }

  #accept(message: WebSocketAcceptMessage): Promise<void> {
    const acceptance = readAccept(message, this.#subprotocols)
    if (this.#phase !== 'connecting') throw this.#misplaced(message)
    if (!this.#wire.accept(acceptance)) {
      this.lost(disconnected(1006))
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
    } else if (this.#phase !== 'closed' || this.#isFinished) throw this.#misplaced(message)
    return SENT // even if the peer has left: the websocket is closed, as asked
  }

  #startResponse(message: WebSocketDenialStartMessage): Promise<void> {
    // Checked before a wire is created, since another message may follow one that is invalid.
    if (readHead(asResponse(message), ASKED).trailers) throw noTrailers(message)
    if (this.#phase !== 'connecting') throw this.#misplaced(message)
    this.#denial ??= new Responder(ASKED, this.#wire.response())
    return this.#respond(this.#denial, asResponse(message))
  }

  #continueResponse(message: WebSocketDenialBodyMessage): Promise<void> {
    const denial = this.#denial
    const isDue = this.#phase === 'denied' && !this.#isFinished
    if (!isDue || denial === undefined) throw this.#misplaced(message)
    return this.#respond(denial, asResponse(message))
  }

  #respond(denial: Responder, message: SendMessage): Promise<void> {
    const sent = denial.send(message)
    if (this.#isLost) return sent
    if (denial.phase === 'complete') this.#denied()
    else if (denial.phase === 'aborted') this.lost(disconnected(1006))
    else this.#phase = denial.phase === 'waiting' ? 'connecting' : 'denied'
    return sent
  }

  /** The handshake has been answered with a complete response. */
  #denied(): void {
    this.#phase = 'denied'
    this.#isFinished = true
    this.lost(disconnected(1006))
  }

  #finish(code: number, reason: string): void {
    this.#phase = 'closing'
    this.#isFinished = true
    this.#wire.close(code, reason)
  }

  #end(error: unknown): void {
    const isExpected =
      error instanceof ClientDisconnected || (this.#isLost && saysDisconnect(error))
    if (error !== undefined && !isExpected) this.#wire.failed(error)
    if (this.#phase === 'open') this.#finish(error === undefined ? 1000 : 1011, '')
    else if (this.#phase === 'connecting' || (this.#phase === 'denied' && !this.#isFinished)) {
      this.#refuse(error)
    }
    this.inbox.discard()
    this.#wire.ended()
  }

  /** The app has ended without a complete answer to the handshake. */
  #refuse(error: unknown): void {
    const fault = error ?? unanswered(this.#phase === 'denied')
    if (error === undefined) this.#wire.failed(fault)
    this.#denial?.abort(fault)
    if (this.#denial?.phase !== 'aborted') this.#wire.deny(500)
    this.#denied()
  }

  /** The peer may leave at any time, which is not a mistake of the app. */
  #misplaced({ type }: SendMessage): Error {
    const hasLeft = this.#phase === 'closed' && !this.#isFinished
    return hasLeft ? new ClientDisconnected() : misplaced(type, this.#phase)
  }
}

/** What the responses that refuse a handshake answer. */
const ASKED: Asked = { method: 'GET', httpVersion: '1.1', headers: [] }
