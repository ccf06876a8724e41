/** The phase of a websocket for its handler: which messages may be sent, and whether the peer is connected. */
import { ClientDisconnected } from '../exceptions.ts'
import { handled } from '../internal/handled.ts'
import type { SocketPhase } from '../protocol/websocket.ts'
import {
  type Receive,
  type ReceiveMessage,
  SENT,
  type Send,
  type WebSocketDisconnectMessage,
  type WebSocketReceivedMessage,
  type WebSocketScope,
  type WebSocketSendMessage,
} from '../types.ts'
import type { WebSocketData } from './data.ts'
import { misuse, unexpected, WebSocketDisconnect } from './errors.ts'
import { type EndListener, Inbox, type Reader } from './inbox.ts'

/**
 * - `connecting`: the handshake has not been answered
 * - `open`: the handshake has been accepted
 * - `closed`: the app has closed the websocket, or has learned that the peer has left
 * - `denied`: the handshake has been refused
 *
 * Servers also have the phase `closing`, until the peer has answered a close. Apps do not see this phase.
 */
export type WebSocketPhase = Exclude<SocketPhase, 'closing'>

const WHY: Readonly<Record<WebSocketPhase, string>> = {
  connecting: 'accept() comes first',
  open: 'it was accepted',
  closed: 'it is closed',
  denied: 'the handshake was refused',
}

/** The phase of one websocket, with its `receive` and `send`. */
export class Conversation implements EndListener {
  phase: WebSocketPhase
  readonly #scope: WebSocketScope
  readonly #send: Send
  readonly #inbox: Inbox
  #connected: boolean
  /** Whether the handshake is being answered. */
  #answering = false
  /** The reason why nothing can be sent after the peer has left. */
  #disconnect: ClientDisconnected | undefined
  #isDisconnectTaken = false
  #hasReceived = false
  #gone: AbortController | undefined

  constructor(scope: WebSocketScope, receive: Receive, send: Send, phase: WebSocketPhase) {
    this.phase = phase
    this.#scope = scope
    this.#send = send
    this.#connected = phase !== 'connecting'
    this.#inbox = new Inbox(receive, this)
  }

  /**
   * Answers the handshake. If that fails, for example because of an invalid header, it can be answered again.
   */
  async answer(method: string, phase: 'open' | 'denied', run: () => Promise<void>): Promise<void> {
    if (this.phase !== 'connecting' || this.#answering) throw this.misuse(method)
    this.#answering = true
    try {
      if (phase === 'open') await this.#awaitConnect()
      await run()
      this.phase = phase === 'open' && this.#disconnect !== undefined ? 'closed' : phase
    } finally {
      this.#answering = false
    }
  }

  async #awaitConnect(): Promise<void> {
    if (this.#connected) return
    const message = await this.#inbox.next(WHATEVER)
    if (message?.type !== 'websocket.connect') throw unexpected(message, 'websocket.connect')
    this.#connected = true
  }

  async close(message: WebSocketSendMessage): Promise<void> {
    if (this.#disconnect !== undefined) return
    if (this.phase === 'connecting') {
      await this.answer('close', 'denied', () => this.hand(message))
      return
    }
    if (this.phase !== 'open') throw this.misuse('close')
    this.phase = 'closed'
    await this.hand(message)
  }

  /** Sends a message of an open socket. */
  transmit(method: string, message: WebSocketSendMessage): Promise<void> {
    if (this.#disconnect !== undefined) {
      return handled(Promise.reject(asDisconnect(this.#disconnect)))
    }
    if (this.phase === 'open') return this.hand(message)
    const refused = Promise.reject(this.misuse(method))
    // A message after the close may be due to timing, so its unhandled error is ignored. A message before
    // `accept()` is always a bug.
    return this.phase === 'connecting' ? refused : handled(refused)
  }

  /** Sends any message. */
  hand(message: WebSocketSendMessage): Promise<void> {
    const sent = this.#send(message)
    return sent === SENT ? sent : handled(sent.catch((error) => this.#fail(error)))
  }

  #fail(error: unknown): never {
    if (!(error instanceof ClientDisconnected)) throw error
    this.#leave(error)
    throw asDisconnect(error)
  }

  /** @throws WebSocketDisconnect if the peer has left. */
  receive(signal: AbortSignal | undefined): Promise<WebSocketData> {
    if (this.#isDisconnectTaken) {
      return Promise.reject(
        misuse('receive', 'the peer has closed, and the disconnect was received once'),
      )
    }
    if (this.phase === 'connecting') return Promise.reject(this.misuse('receive'))
    this.#keepUnread()
    const reader: Reader<WebSocketData> = {
      read: (message) => {
        if (message?.type === 'websocket.receive') return dataOf(message)
        const { code, reason } = this.takeDisconnect(message)
        throw new WebSocketDisconnect(code, reason)
      },
    }
    return handled(
      signal === undefined ? this.#inbox.next(reader) : this.#inbox.nextUntil(signal, reader),
    )
  }

  /** Waits for the next message of a loop. */
  step(loop: Loop): Promise<IteratorResult<WebSocketData>> {
    if (this.#isDisconnectTaken) return Promise.resolve(DONE)
    if (this.phase === 'connecting') return Promise.reject(this.misuse('receive'))
    this.#keepUnread()
    return this.#inbox.next(loop)
  }

  /** Drops old messages, unless one was already received. */
  dropUnread(): void {
    if (!this.#hasReceived) this.#inbox.dropOld()
  }

  #keepUnread(): void {
    if (this.#hasReceived) return
    this.#hasReceived = true
    this.#inbox.keepAll()
  }

  leave(loop: Loop): void {
    this.#inbox.leave(loop)
  }

  /** Records that a reader gets the disconnect. */
  takeDisconnect(message: ReceiveMessage | undefined): WebSocketDisconnectMessage {
    if (message?.type !== 'websocket.disconnect') throw unexpected(message, 'websocket.receive')
    this.#isDisconnectTaken = true
    return message
  }

  get signal(): AbortSignal {
    if (this.#gone !== undefined) return this.#gone.signal
    this.#gone = new AbortController()
    if (this.#disconnect !== undefined) this.#gone.abort(this.#disconnect)
    else if (this.#scope.onDisconnect) {
      this.#scope.onDisconnect(() => this.#leave(new ClientDisconnected()))
    } else this.#inbox.watch()
    return this.#gone.signal
  }

  /** Called when the inbox has read the disconnect. */
  ended({ code, reason }: WebSocketDisconnectMessage): void {
    this.#leave(new WebSocketDisconnect(code, reason))
  }

  /** Records that the peer has left. Only the first call has an effect. */
  #leave(disconnect: ClientDisconnected): void {
    if (this.#disconnect !== undefined) return
    this.#disconnect = disconnect
    if (this.phase === 'open') this.phase = 'closed'
    this.#gone?.abort(disconnect)
  }

  misuse(method: string): TypeError {
    return misuse(method, this.#answering ? 'the handshake is being answered' : WHY[this.phase])
  }
}

/** Iterates all messages. Leaving the loop while it waits loses no message. */
export class Loop
  implements AsyncIterableIterator<WebSocketData>, Reader<IteratorResult<WebSocketData>>
{
  readonly #conversation: Conversation

  constructor(conversation: Conversation) {
    this.#conversation = conversation
  }

  next(): Promise<IteratorResult<WebSocketData>> {
    return this.#conversation.step(this)
  }

  async return(): Promise<IteratorResult<WebSocketData>> {
    this.#conversation.leave(this)
    return DONE
  }

  read(message: ReceiveMessage | undefined): IteratorResult<WebSocketData> {
    if (message?.type === 'websocket.receive') return { done: false, value: dataOf(message) }
    if (message !== undefined) this.#conversation.takeDisconnect(message)
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

const WHATEVER: Reader<ReceiveMessage | undefined> = { read: (message) => message }

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined })

function dataOf({ text, bytes }: WebSocketReceivedMessage): WebSocketData {
  return text ?? bytes ?? ''
}

/** The error of sends: it has the peer's code if it is known, otherwise 1006. */
function asDisconnect(cause: ClientDisconnected): WebSocketDisconnect {
  const { code, reason } = cause instanceof WebSocketDisconnect ? cause : { code: 1006, reason: '' }
  return new WebSocketDisconnect(code, reason, { cause })
}
