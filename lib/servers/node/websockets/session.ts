/** One websocket of a server: connects the state machine of the protocol to a connection of Node. */
import { ClientDisconnected } from '../../../exceptions.ts'
import type { Wire } from '../../../protocol/response.ts'
import { SocketProtocol, type SocketWire } from '../../../protocol/socket.ts'
import { type Acceptance, disconnectMessage, tooSlow } from '../../../protocol/websocket.ts'
import {
  type App,
  SENT,
  type WebSocketDisconnectMessage,
  type WebSocketScope,
} from '../../../types.ts'
import { Answer, type Handshake } from './answer.ts'
import { Connection, type Terms } from './connection.ts'
import type { Peer } from './peer.ts'

/** The functions and settings of a server for its websockets. */
export interface Host extends Terms {
  readonly app: App
  /** Answers the handshake; returns undefined if the connection has ended. */
  readonly upgrade: (handshake: Handshake, acceptance: Acceptance) => Peer | undefined
  /** Passes a handshake that no route matches to other listeners. Returns false if no listener is left. */
  readonly leave: ((handshake: Handshake) => boolean) | undefined
  readonly opened: (connection: Connection) => void
  readonly closed: (connection: Connection) => void
  /** Called once, when both the app and the connection have ended. */
  readonly ended: (session: Session) => void
  /** Never throws. */
  readonly onError: (error: unknown, scope: WebSocketScope) => void
}

export class Session implements SocketWire {
  readonly #host: Host
  readonly #socket: SocketProtocol
  #scope: WebSocketScope | undefined
  /** Set until the handshake is accepted. */
  #handshake: Handshake | undefined
  #timer: NodeJS.Timeout | undefined
  #unwatch: (() => void) | undefined
  #answer: Answer | undefined
  #connection: Connection | undefined
  #appEnded = false
  /** Set when no route of the app matches. */
  unmatched = false

  constructor(host: Host, handshake: Handshake) {
    this.#host = host
    this.#handshake = handshake
    this.#socket = new SocketProtocol(this, host.settings)
    this.#awaitAnswer(handshake)
  }

  run(scope: WebSocketScope): void {
    this.#scope = scope
    this.#socket.run(this.#host.app, scope)
  }

  /** Calls a listener when the websocket has ended. */
  onDisconnect(listener: () => void): void {
    this.#socket.onDisconnect(listener)
  }

  /** Closes the websocket because the server closes. The client may connect to another server. */
  shutDown(): void {
    this.#socket.abort(1012)
  }

  /** Ends the connection without waiting for the peer. */
  cut(): void {
    this.#connection?.terminate()
  }

  /** The connection has ended, or the peer has closed the websocket. */
  lost(message: WebSocketDisconnectMessage): void {
    this.#stopTimer()
    this.#socket.lost(message)
  }

  /** The connection has ended. */
  closed(): void {
    if (this.#connection !== undefined) this.#host.closed(this.#connection)
    this.#release()
  }

  accept(acceptance: Acceptance): boolean {
    const handshake = this.#handshake
    if (handshake === undefined) return false
    this.#stopTimer()
    this.#unwatch?.()
    this.#unwatch = undefined
    const ws = this.#host.upgrade(handshake, acceptance)
    if (ws === undefined) return false
    this.#handshake = undefined
    const { inbox } = this.#socket
    this.#connection = new Connection(ws, handshake.socket, inbox, this.#host, this)
    this.#host.opened(this.#connection)
    return true
  }

  deny(status: number): void {
    this.#stopTimer()
    const handshake = this.#handshake
    if (handshake === undefined) return
    // Other listeners may want a connection that no route matches.
    const isLeft = this.unmatched && this.#answer === undefined && this.#host.leave?.(handshake)
    if (isLeft) this.#unwatch?.()
    else {
      this.#answer ??= new Answer(handshake)
      this.#answer.refuse(status)
    }
  }

  response(): Wire {
    const handshake = this.#handshake
    if (handshake === undefined) throw new ClientDisconnected()
    this.#stopTimer()
    // Further bytes are read and discarded, because the end of the connection is detected only after them.
    handshake.socket.resume()
    this.#answer = new Answer(handshake)
    return this.#answer.wire()
  }

  text(text: string): Promise<void> {
    return this.#connection?.text(text) ?? SENT
  }

  bytes(bytes: Uint8Array): Promise<void> {
    return this.#connection?.bytes(bytes) ?? SENT
  }

  close(code: number, reason: string): void {
    this.#connection?.close(code, reason)
  }

  failed(error: unknown): void {
    if (this.#scope !== undefined) this.#host.onError(error, this.#scope)
  }

  ended(): void {
    this.#appEnded = true
    this.#release()
  }

  #awaitAnswer({ socket }: Handshake): void {
    const { handshakeTimeoutMs } = this.#host.settings
    this.#timer = setTimeout(() => {
      this.failed(tooSlow(handshakeTimeoutMs))
      this.#socket.abort(1006)
    }, handshakeTimeoutMs)
    // The connection is closed if the client ends its side, because it could not receive messages of a websocket.
    const onEnd = (): void => {
      if (!this.#socket.isOver) socket.destroy()
    }
    const onClose = (): void => this.lost(disconnectMessage(1006))
    socket.on('end', onEnd)
    socket.on('close', onClose)
    const unwatch = (): void => {
      socket.off('end', onEnd)
      socket.off('close', onClose)
    }
    this.#unwatch = unwatch
  }

  /** Stops the timer and releases it, because there may be many idle websockets. */
  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #release(): void {
    if (this.#appEnded && this.#connection?.isClosed !== false) this.#host.ended(this)
  }
}
