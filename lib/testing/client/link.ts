/** One websocket to an app in this process: it connects the state machine with a test. */
import { bringWebSockets } from '#websocket'
import { ClientDisconnected } from '../../exceptions.ts'
import { encodeText } from '../../internal/bytes.ts'
import type { Wire } from '../../protocol/response.ts'
import { type SocketClose, SocketProtocol, type SocketWire } from '../../protocol/socket.ts'
import { type Acceptance, disconnectMessage } from '../../protocol/websocket.ts'
import { freezeLists, freezeMessage } from '../../types/frozen.ts'
import { type App, SENT, type WebSocketReceivedMessage, type WebSocketScope } from '../../types.ts'
import { type WebSocketData, WebSocketDisconnect } from '../../websockets.ts'
import { LintError } from '../lint.ts'
import { type Closed, DenialWire, deniedError, type WebSocketDenied } from './denial.ts'
import { Mailbox } from './mailbox.ts'

/** The bytes that may wait for the app before the test must wait. Each message counts 16 bytes more. */
const LIMITS = { maxQueuedMessages: Number.POSITIVE_INFINITY, maxQueuedBytes: 65_536 }
const PER_MESSAGE = 16

interface LinkOptions {
  readonly app: App
  readonly scope: Omit<WebSocketScope, 'onDisconnect'>
  readonly raiseServerExceptions: boolean
}

/** A test that waits until the app has received more. */
interface BlockedTest {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Calls the app, as a server does. */
export class Link implements SocketWire {
  /** Settles with the handshake. It rejects with WebSocketDenied, or with the error of the app. */
  readonly answer: Promise<Acceptance>
  /** Resolves when either side has closed the open websocket. */
  readonly closed: Promise<Closed>
  /** Resolves when the app has ended, successfully or not. */
  readonly done: Promise<void>
  /** The messages that the app has sent. */
  readonly outbound: Mailbox<WebSocketData> = new Mailbox()
  /** The error of the app after the handshake. */
  error: { readonly thrown: unknown } | undefined
  readonly #raises: boolean
  readonly #protocol = new SocketProtocol(this, LIMITS)
  #denied: WebSocketDenied | undefined
  #disconnect: WebSocketDisconnect | undefined
  #blocked: BlockedTest[] = []
  #accept: (acceptance: Acceptance) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #tellClosed: (closed: Closed) => void = () => {}
  #tellDone: () => void = () => {}

  constructor({ app, scope, raiseServerExceptions }: LinkOptions) {
    bringWebSockets()
    this.#raises = raiseServerExceptions
    this.answer = new Promise((resolve, reject) => {
      this.#accept = resolve
      this.#reject = reject
    })
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve
    })
    this.done = new Promise((resolve) => {
      this.#tellDone = resolve
    })
    this.#protocol.inbox.open({ pause: () => {}, resume: () => this.#unblock() })
    const onDisconnect = (listener: () => void): void => this.#protocol.onDisconnect(listener)
    const connection: WebSocketScope = { ...scope, onDisconnect }
    freezeLists(connection)
    this.#protocol.run(withFrozenMessages(app), connection)
  }

  /** Passes a message to the app. It resolves when few enough bytes wait for the app. */
  give(message: WebSocketReceivedMessage, size: number): Promise<void> {
    if (this.#disconnect !== undefined) return Promise.reject(this.#disconnect)
    const { inbox } = this.#protocol
    inbox.put(message, size + PER_MESSAGE)
    if (!inbox.paused) return SENT
    return new Promise((resolve, reject) => this.#blocked.push({ resolve, reject }))
  }

  /** The client closes the websocket or disconnects. */
  leave(code: number, reason: string): void {
    if (!this.#protocol.isOver) this.#end({ code, reason }, reason)
  }

  accept(acceptance: Acceptance): boolean {
    this.#accept(acceptance)
    return true
  }

  deny(status: number, close?: SocketClose): void {
    this.#denied = deniedError(status, [], status === 500 ? 'Internal Server Error' : '', close)
  }

  response(): Wire {
    return new DenialWire((error) => {
      this.#denied = error
    })
  }

  text(text: string): Promise<void> {
    return this.outbound.put(text, encodeText(text).byteLength)
  }

  bytes(bytes: Uint8Array): Promise<void> {
    return this.outbound.put(new Uint8Array(bytes), bytes.byteLength)
  }

  close(code: number, reason: string): void {
    this.#end({ code, reason }, '')
  }

  failed(thrown: unknown): void {
    if (!this.#raises && !(thrown instanceof LintError)) return
    this.#reject(thrown) // if the handshake is still awaited
    this.error = { thrown }
  }

  /** A refusal rejects only now, because errors of the app after the refusal belong to the test too. */
  ended(): void {
    this.#reject(this.#denied ?? deniedError(500, [], 'Internal Server Error'))
    this.#tellDone()
  }

  /** @param echo The reason that the app receives, which is the client's. */
  #end(closed: Closed, echo: string): void {
    const { code, reason } = closed
    const disconnect = new WebSocketDisconnect(code, reason)
    this.#disconnect = disconnect
    this.outbound.end({
      take: () => this.#throwLast(disconnect),
      refusal: () => new ClientDisconnected(),
    })
    for (const { reject } of this.#blocked.splice(0)) reject(disconnect)
    this.#tellClosed(closed)
    this.#protocol.lost(disconnectMessage(code, echo))
  }

  #unblock(): void {
    for (const { resolve } of this.#blocked.splice(0)) resolve()
  }

  /** Throws the error of the app or, without one, the disconnect. */
  #throwLast(disconnect: Error): never {
    const { error } = this
    this.error = undefined
    throw error === undefined ? disconnect : error.thrown
  }
}

/** Wraps an app to freeze the messages that it receives and sends. */
function withFrozenMessages(app: App): App {
  return (scope, receive, send) =>
    app(
      scope,
      () => receive().then(freezeMessage),
      (message) => send(Object(message) === message ? freezeMessage(message) : message),
    )
}
