/** The websocket that a handler talks to. */
import { encodeText } from './bytes.ts'
import { Connection } from './connections.ts'
import { ClientDisconnected } from './exceptions.ts'
import type { Response } from './responses/response.ts'
import type {
  HeaderList,
  Receive,
  ReceiveMessage,
  Send,
  SendMessage,
  WebSocketReceivedMessage,
  WebSocketScope,
} from './types.ts'

export interface AcceptOptions {
  /** One of `websocket.subprotocols` (none). */
  subprotocol?: string
  /** Further fields of the handshake's answer, names and values in turn (none). */
  headers?: HeaderList
}

/** The peer has closed the socket, or is gone. */
export class WebSocketDisconnect extends Error {
  readonly code: number
  readonly reason: string

  constructor(code = 1000, reason = '', options?: ErrorOptions) {
    super(`the websocket is closed: ${code}${reason && ` ${reason}`}`, options)
    this.name = 'WebSocketDisconnect'
    this.code = code
    this.reason = reason
  }
}

/**
 * A view on a websocket scope with its two channels.
 *
 * Iterating it gives the messages, text or bytes, until the peer closes.
 *
 * @example
 * WebSocketRoute('/echo', async (websocket) => {
 *   await websocket.accept()
 *   for await (const message of websocket) await websocket.sendText(`you said ${message}`)
 * })
 */
export class WebSocket<
  Params = Record<string, unknown>,
  State = Record<string, unknown>,
> extends Connection<Params, State> {
  declare readonly scope: WebSocketScope
  readonly #receive: Receive
  readonly #send: Send
  #connected = false
  #state: 'connecting' | 'open' | 'closed' = 'connecting'
  #peerGone = false

  constructor(scope: WebSocketScope, receive: Receive, send: Send) {
    super(scope)
    this.#receive = receive
    this.#send = send
  }

  /** The subprotocols that the client offers, in its order. */
  get subprotocols(): readonly string[] {
    return this.scope.subprotocols
  }

  /** Completes the handshake; before it nothing can be received or sent. */
  async accept(options: AcceptOptions = {}): Promise<void> {
    this.#assertState('connecting', 'accept')
    await this.#awaitConnect()
    this.#state = 'open'
    await this.#transmit({ type: 'websocket.accept', ...options })
  }

  /** Answers the handshake with a response instead of accepting; needs the server's support. */
  async deny(response: Response<never>): Promise<void> {
    this.#assertState('connecting', 'deny')
    if (!this.scope.extensions?.['websocket.http.response']) {
      throw new TypeError(
        'websocket.deny: the server cannot send denial responses. Call websocket.close() instead, which answers 403.',
      )
    }
    await this.#awaitConnect()
    this.#state = 'closed'
    await response.respond(this.scope, this.#receive, this.#send)
  }

  /**
   * Closes with a code and a reason; before `accept` it refuses the handshake with 403.
   *
   * When the peer has closed already there is nothing to do, so it may stand in a `finally`.
   */
  async close(code = 1000, reason = ''): Promise<void> {
    if (this.#peerGone) return
    if (this.#state === 'closed') throw misuse('close', 'the socket is closed already')
    if (this.#state === 'connecting') await this.#awaitConnect()
    this.#state = 'closed'
    await this.#transmit({ type: 'websocket.close', code, reason })
  }

  sendText(text: string): Promise<void> {
    this.#assertState('open', 'sendText')
    return this.#transmit({ type: 'websocket.send', text })
  }

  sendBytes(bytes: Uint8Array): Promise<void> {
    this.#assertState('open', 'sendBytes')
    return this.#transmit({ type: 'websocket.send', bytes })
  }

  /** Sends a value as JSON, in a text message or, on request, in a binary one. */
  sendJSON(value: unknown, mode: 'text' | 'binary' = 'text'): Promise<void> {
    const text = JSON.stringify(value)
    return mode === 'text' ? this.sendText(text) : this.sendBytes(encodeText(text))
  }

  /**
   * Waits for the next message; after `close()` it still gives what the peer had sent before.
   *
   * @throws WebSocketDisconnect when the peer closes instead.
   */
  async receive(): Promise<string | Uint8Array> {
    if (this.#peerGone) throw misuse('receive', 'the peer has closed, which was told once')
    if (this.#state === 'connecting') this.#assertState('open', 'receive')
    const message = await this.#receive()
    if (message.type === 'websocket.disconnect') {
      this.#state = 'closed'
      this.#peerGone = true
      throw new WebSocketDisconnect(message.code, message.reason)
    }
    if (message.type !== 'websocket.receive') throw unexpected(message, 'websocket.receive')
    return content(message)
  }

  /** @throws TypeError when the message is binary; otherwise as `receive()`. */
  async receiveText(): Promise<string> {
    const message = await this.receive()
    if (typeof message === 'string') return message
    throw misuse('receiveText', 'a binary message came')
  }

  /** @throws TypeError when the message is text; otherwise as `receive()`. */
  async receiveBytes(): Promise<Uint8Array> {
    const message = await this.receive()
    if (typeof message !== 'string') return message
    throw misuse('receiveBytes', 'a text message came')
  }

  /** @throws SyntaxError when the message is no JSON; otherwise as `receive()`. */
  async receiveJSON(): Promise<unknown> {
    const message = await this.receive()
    return JSON.parse(typeof message === 'string' ? message : new TextDecoder().decode(message))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string | Uint8Array, void, undefined> {
    try {
      for (;;) yield await this.receive()
    } catch (error) {
      if (!(error instanceof WebSocketDisconnect)) throw error
    }
  }

  async #awaitConnect(): Promise<void> {
    if (this.#connected) return
    const message = await this.#receive()
    if (message.type !== 'websocket.connect') throw unexpected(message, 'websocket.connect')
    this.#connected = true
  }

  async #transmit(message: SendMessage): Promise<void> {
    try {
      await this.#send(message)
    } catch (error) {
      if (!(error instanceof ClientDisconnected)) throw error
      this.#state = 'closed'
      throw new WebSocketDisconnect(1006, '', { cause: error })
    }
  }

  #assertState(wanted: 'connecting' | 'open', asked: string): void {
    if (this.#state === wanted) return
    const why = {
      connecting: 'accept() comes first',
      open: 'it was accepted',
      closed: 'it is closed',
    }
    throw misuse(asked, why[this.#state])
  }
}

function content({ text, bytes }: WebSocketReceivedMessage): string | Uint8Array {
  return text ?? bytes ?? ''
}

function misuse(asked: string, why: string): TypeError {
  return new TypeError(
    `websocket.${asked}: not possible at this point, ${why}. Check the order of the calls.`,
  )
}

function unexpected(message: ReceiveMessage, wanted: string): TypeError {
  return new TypeError(
    `websocket: ${wanted} was expected, ${JSON.stringify(message.type)} was received. Check the server, or the middleware that wraps receive.`,
  )
}
