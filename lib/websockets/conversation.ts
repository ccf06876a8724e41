/** The phase of a websocket, as its handler knows it: what may be sent, and whether the peer is there. */
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
import { type Ended, Inbox, type Reader } from './inbox.ts'

/**
 * - `connecting`: the handshake has not been answered
 * - `open`: the handshake has been accepted
 * - `closed`: the app has closed the websocket, or knows that the peer has left
 * - `denied`: the handshake has been refused
 *
 * Servers have `closing` too, until the peer has answered a close; an app does not see the difference.
 */
export type WebSocketPhase = Exclude<SocketPhase, 'closing'>

const WHY: Readonly<Record<WebSocketPhase, string>> = {
  connecting: 'accept() comes first',
  open: 'it was accepted',
  closed: 'it is closed',
  denied: 'the handshake was refused',
}

/** The phase of one websocket, and its two channels. */
export class Conversation implements Ended {
  phase: WebSocketPhase
  readonly #scope: WebSocketScope
  readonly #send: Send
  readonly #inbox: Inbox
  #connected: boolean
  /** Whether the handshake is being answered. */
  #answering = false
  /** Why nothing can be sent any more, once the peer has left. */
  #departure: ClientDisconnected | undefined
  #told = false
  #hasReceived = false
  #gone: AbortController | undefined

  constructor(scope: WebSocketScope, receive: Receive, send: Send, phase: WebSocketPhase) {
    this.phase = phase
    this.#scope = scope
    this.#send = send
    this.#connected = phase !== 'connecting'
    this.#inbox = new Inbox(receive, this)
  }

  /** Answers the handshake; if that fails, as for an invalid header, it can be answered again. */
  async answer(asked: string, phase: 'open' | 'denied', run: () => Promise<void>): Promise<void> {
    if (this.phase !== 'connecting' || this.#answering) throw this.misuse(asked)
    this.#answering = true
    try {
      if (phase === 'open') await this.#awaitConnect()
      await run()
      this.phase = phase === 'open' && this.#departure !== undefined ? 'closed' : phase
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
    if (this.#departure !== undefined) return
    if (this.phase === 'connecting') {
      await this.answer('close', 'denied', () => this.hand(message))
      return
    }
    if (this.phase !== 'open') throw this.misuse('close')
    this.phase = 'closed'
    await this.hand(message)
  }

  /** Sends a message of an open socket. */
  transmit(asked: string, message: WebSocketSendMessage): Promise<void> {
    if (this.#departure !== undefined) {
      return handled(Promise.reject(asDisconnect(this.#departure)))
    }
    if (this.phase === 'open') return this.hand(message)
    const refused = Promise.reject(this.misuse(asked))
    // A message that is too late may be a matter of timing, one that is too early never is.
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
    if (this.#told) {
      return Promise.reject(
        misuse('receive', 'the peer has closed, and the disconnect was received once'),
      )
    }
    if (this.phase === 'connecting') return Promise.reject(this.misuse('receive'))
    this.#keepUnread()
    const reader: Reader<WebSocketData> = {
      read: (message) => {
        if (message?.type === 'websocket.receive') return dataOf(message)
        const { code, reason } = this.tell(message)
        throw new WebSocketDisconnect(code, reason)
      },
    }
    return handled(
      signal === undefined ? this.#inbox.next(reader) : this.#inbox.nextUntil(signal, reader),
    )
  }

  /** For a loop, which may leave. */
  step(loop: Loop): Promise<IteratorResult<WebSocketData>> {
    if (this.#told) return Promise.resolve(DONE)
    if (this.phase === 'connecting') return Promise.reject(this.misuse('receive'))
    this.#keepUnread()
    return this.#inbox.next(loop)
  }

  /** Does nothing once a message has been received. */
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

  /** Notes that a reader is told of the disconnect. */
  tell(message: ReceiveMessage | undefined): WebSocketDisconnectMessage {
    if (message?.type !== 'websocket.disconnect') throw unexpected(message, 'websocket.receive')
    this.#told = true
    return message
  }

  get signal(): AbortSignal {
    if (this.#gone !== undefined) return this.#gone.signal
    this.#gone = new AbortController()
    if (this.#departure !== undefined) this.#gone.abort(this.#departure)
    else if (this.#scope.onDisconnect) {
      this.#scope.onDisconnect(() => this.#leave(new ClientDisconnected()))
    } else this.#inbox.watch()
    return this.#gone.signal
  }

  /** The inbox has read the disconnect. */
  ended({ code, reason }: WebSocketDisconnectMessage): void {
    this.#leave(new WebSocketDisconnect(code, reason))
  }

  /** The peer has left. Several sources may tell; the first one counts. */
  #leave(departure: ClientDisconnected): void {
    if (this.#departure !== undefined) return
    this.#departure = departure
    if (this.phase === 'open') this.phase = 'closed'
    this.#gone?.abort(departure)
  }

  misuse(asked: string): TypeError {
    return misuse(asked, this.#answering ? 'the handshake is being answered' : WHY[this.phase])
  }
}

/** All messages; leaving the loop while it waits loses none. */
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
    if (message !== undefined) this.#conversation.tell(message)
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

/** The error of sends: with the peer's code if it is known, otherwise 1006. */
function asDisconnect(cause: ClientDisconnected): WebSocketDisconnect {
  const { code, reason } = cause instanceof WebSocketDisconnect ? cause : { code: 1006, reason: '' }
  return new WebSocketDisconnect(code, reason, { cause })
}
