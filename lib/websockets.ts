/** The websocket that a handler receives. */
import { Connection } from './connections.ts'
import { CLOSE_CODES, isCloseCode, WebSocketException } from './exceptions.ts'
import { encodeText } from './internal/bytes.ts'
import { outOfRange } from './internal/checks.ts'
import { handled } from './internal/handled.ts'
import { cutReason } from './protocol/closereason.ts'
import type { AnyResponse } from './responses/response.ts'
import { brand } from './types/brand.ts'
import type { HeaderList, Receive, Send, WebSocketScope } from './types.ts'
import { Conversation, Loop, type WebSocketPhase } from './websockets/conversation.ts'
import { parseJSON, toJSON, type WebSocketData } from './websockets/data.ts'
import { WebSocketDisconnect } from './websockets/errors.ts'

export { type WebSocketData, WebSocketDisconnect, type WebSocketPhase }

export interface AcceptOptions {
  /** The selected subprotocol, one of `websocket.subprotocols` (none). */
  subprotocol?: string
  /** More header fields for the response to the handshake, a flat list of names and values (none). */
  headers?: HeaderList
}

export interface ReceiveOptions {
  /** Rejects a pending `receive()` when it aborts; the next call gets the message (none). */
  signal?: AbortSignal
}

/**
 * A websocket: a view of its scope, with methods to receive and send.
 *
 * Iterating it yields the messages, text or bytes, until the peer closes. You can leave a loop and begin
 * another. Several readers and writers may work concurrently: each message goes to one reader, and no message
 * is lost.
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
  static {
    brand(WebSocket, 'WebSocket')
  }

  declare readonly scope: WebSocketScope
  /** The `receive` and `send` functions of the app. */
  readonly #receive: Receive
  readonly #send: Send
  readonly #conversation: Conversation

  /** @param phase The phase, for a view that is created after the handshake (`connecting`). */
  constructor(
    scope: WebSocketScope,
    receive: Receive,
    send: Send,
    phase: WebSocketPhase = 'connecting',
  ) {
    super(scope)
    this.#receive = receive
    this.#send = send
    this.#conversation = new Conversation(scope, receive, send, phase)
  }

  /**
   * `connecting` until the handshake is answered, then `open` or `denied`; `closed` after `close()`, or after
   * the peer has disconnected.
   */
  get phase(): WebSocketPhase {
    return this.#conversation.phase
  }

  /** The subprotocols that the client offers, in order of preference. */
  get subprotocols(): readonly string[] {
    return this.scope.subprotocols
  }

  /**
   * Accepts the handshake. Before that, nothing can be received or sent.
   *
   * @throws WebSocketDisconnect if the peer has disconnected.
   * @throws TypeError if the handshake has been answered already.
   * @example
   * WebSocketRoute('/chat', async (websocket) => {
   *   const subprotocol = websocket.subprotocols.find((name) => name === 'chat.v2')
   *   await websocket.accept(subprotocol === undefined ? {} : { subprotocol })
   * })
   */
  accept(options: AcceptOptions = {}): Promise<void> {
    const conversation = this.#conversation
    const message = { type: 'websocket.accept', ...options } as const
    return handled(conversation.answer('accept', 'open', () => conversation.hand(message)))
  }

  /**
   * Answers the handshake with a response instead of accepting.
   *
   * @throws TypeError if the server cannot send it, or the handshake has been answered already.
   * @example
   * WebSocketRoute('/members', async (websocket) => {
   *   if (websocket.cookies['member'] === undefined) {
   *     return websocket.denial(new PlainTextResponse('Members only.', { status: 401 }))
   *   }
   *   await websocket.accept()
   * })
   */
  denial(response: AnyResponse): Promise<void> {
    return handled(this.#deny(response))
  }

  async #deny(response: AnyResponse): Promise<void> {
    if (this.phase === 'connecting' && !this.scope.extensions?.['websocket.http.response']) {
      throw new TypeError(
        'websocket.denial: the server cannot send denial responses. Call websocket.close() instead, which answers 403.',
      )
    }
    await this.#conversation.answer('denial', 'denied', () =>
      response.respond(this.scope, this.#receive, this.#send),
    )
  }

  /**
   * Closes with a code and a reason. Before `accept()`, it refuses the handshake with 403.
   *
   * A reason is truncated to 123 bytes. If the peer has already closed, this does nothing, so it can be
   * called in a `finally` block.
   *
   * @throws RangeError if the code must not be sent (RFC 6455 section 7.4).
   * @throws TypeError if `close()` was already called.
   */
  close(code = 1000, reason = ''): Promise<void> {
    if (!isCloseCode(code)) return Promise.reject(unsendable(code))
    return handled(
      this.#conversation.close({ type: 'websocket.close', code, reason: cutReason(reason) }),
    )
  }

  /**
   * Sends a text message. Resolves when more may be sent.
   *
   * If the promise is not awaited, its error is ignored, so the handler does not notice that the peer has
   * left.
   *
   * @throws WebSocketDisconnect if the peer has disconnected.
   * @throws TypeError before `accept()` and after `close()`.
   */
  sendText(text: string): Promise<void> {
    return this.#conversation.transmit('sendText', { type: 'websocket.send', text })
  }

  /** Sends a binary message. Throws as `sendText()` does. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    return this.#conversation.transmit('sendBytes', { type: 'websocket.send', bytes })
  }

  /**
   * Sends a value as JSON, in a text message or, with `'binary'`, in a binary one.
   *
   * @throws TypeError if the value has no JSON form; otherwise as `sendText()`.
   */
  sendJSON(value: unknown, mode: 'text' | 'binary' = 'text'): Promise<void> {
    try {
      const text = toJSON(value)
      return mode === 'text' ? this.sendText(text) : this.sendBytes(encodeText(text))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Waits for the next message. After `close()`, it still returns messages that the peer has sent before.
   *
   * @throws WebSocketDisconnect if the peer closes instead.
   * @throws TypeError before `accept()`, and after the disconnect was received.
   * @example
   * const first = async (websocket: WebSocket) => {
   *   await websocket.accept()
   *   return websocket.receive({ signal: AbortSignal.timeout(5_000) })
   * }
   */
  receive({ signal }: ReceiveOptions = {}): Promise<WebSocketData> {
    return this.#conversation.receive(signal)
  }

  /**
   * Returns the next message, which must be text.
   *
   * @throws WebSocketException 1003 if it is binary; otherwise as `receive()`.
   */
  receiveText(options?: ReceiveOptions): Promise<string> {
    return handled(this.receive(options).then(textOf))
  }

  /**
   * Returns the next message, which must be binary.
   *
   * @throws WebSocketException 1003 if it is text; otherwise as `receive()`.
   */
  receiveBytes(options?: ReceiveOptions): Promise<Uint8Array> {
    return handled(this.receive(options).then(bytesOf))
  }

  /**
   * Waits for the next message, text or binary, and parses it as JSON.
   *
   * @throws WebSocketException 1007 if it is not JSON in UTF-8; otherwise as `receive()`.
   */
  receiveJSON(options?: ReceiveOptions): Promise<unknown> {
    return handled(this.receive(options).then(parseJSON))
  }

  /** Iterates the messages until the peer closes. Leaving the loop loses no message. */
  [Symbol.asyncIterator](): AsyncIterableIterator<WebSocketData> {
    return new Loop(this.#conversation)
  }

  /**
   * Drops messages that are not received, except the latest 16, or 1 MiB. After the first one is received, no
   * message is dropped any more, and a fast peer has to wait as usual.
   *
   * It is for handlers that only send. Without it, messages of the peer wait in the server until the server
   * stops reading. Then the handler does not notice that the peer has closed.
   *
   * @example
   * WebSocketRoute('/clock', async (websocket) => {
   *   await websocket.accept()
   *   websocket.dropUnread()
   *   while (!websocket.signal.aborted) {
   *     await websocket.sendText(new Date().toISOString())
   *     await new Promise((resolve) => setTimeout(resolve, 1_000))
   *   }
   * })
   */
  dropUnread(): void {
    this.#conversation.dropUnread()
  }

  /**
   * Aborts when the peer has closed or disconnected, even if no `receive()` is pending.
   *
   * Its reason is a ClientDisconnected; errors that it causes are expected and not logged. If the server has
   * no `scope.onDisconnect`, up to 16 messages or 1 MiB are read ahead and kept.
   *
   * @example
   * const ask = (websocket: WebSocket) => fetch(upstream, { signal: websocket.signal })
   */
  get signal(): AbortSignal {
    return this.#conversation.signal
  }
}

function unsendable(code: number): RangeError {
  return outOfRange('websocket.close', 'the code must not be sent', code, CLOSE_CODES)
}

function textOf(message: WebSocketData): string {
  if (typeof message === 'string') return message
  throw new WebSocketException(1003, 'Messages must be text.')
}

function bytesOf(message: WebSocketData): Uint8Array {
  if (typeof message !== 'string') return message
  throw new WebSocketException(1003, 'Messages must be binary.')
}
