/** The client side of a websocket, for tests. */

import { Headers } from '../../http/headers.ts'
import { encodeText } from '../../internal/bytes.ts'
import { inTime } from '../../internal/deadline.ts'
import type { Acceptance } from '../../protocol/websocket.ts'
import { SENT } from '../../types.ts'
import { type WebSocketData, WebSocketDisconnect } from '../../websockets.ts'
import type { Closed } from './denial.ts'
import type { Link } from './link.ts'
import type { ExchangeMessage } from './recording.ts'

/** A websocket that the app has accepted; `await using` closes it. */
export class TestWebSocket implements AsyncDisposable {
  /** The subprotocol that the app has chosen, or null. */
  readonly subprotocol: string | null
  /** The header fields that the app added to the handshake response. */
  readonly headers: Headers
  /** Resolves when either side has closed. */
  readonly closed: Promise<Closed>
  /** The messages that the app has received and sent, in order; empty without `record`. */
  readonly messages: readonly ExchangeMessage[]
  readonly #link: Link
  readonly #timeout: number

  constructor(
    link: Link,
    { subprotocol, headers }: Acceptance,
    timeout: number,
    messages: readonly ExchangeMessage[] = [],
  ) {
    this.subprotocol = subprotocol ?? null
    this.headers = new Headers(headers)
    this.closed = link.closed
    this.messages = messages
    this.#link = link
    this.#timeout = timeout
  }

  /** The messages that the app has sent and the test has not received. */
  get unread(): readonly WebSocketData[] {
    return this.#link.outbound.unread
  }

  /**
   * Sends a text message. It resolves when less than 64 KiB wait for the app.
   *
   * @throws WebSocketDisconnect if the websocket is closed.
   */
  sendText(text: string): Promise<void> {
    return this.#send({ text }, encodeText(text).byteLength)
  }

  /** Sends a binary message. It throws the same errors as `sendText()`. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    return this.#send({ bytes: new Uint8Array(bytes) }, bytes.byteLength)
  }

  /** Sends a value as JSON in a text or binary message. It throws the same errors as `sendText()`. */
  sendJSON(value: unknown, mode: 'text' | 'binary' = 'text'): Promise<void> {
    const text = JSON.stringify(value)
    return mode === 'text' ? this.sendText(text) : this.sendBytes(encodeText(text))
  }

  #send(data: { text: string } | { bytes: Uint8Array }, size: number): Promise<void> {
    const sent = this.#link.give({ type: 'websocket.receive', ...data }, size)
    if (sent === SENT) return sent
    return inTime(sent, this.#timeout, () => this.#late('the app received no more messages'))
  }

  /**
   * Returns the next message of the app.
   *
   * @throws WebSocketDisconnect if either side has closed, and all messages were received.
   * @throws Error if no message arrives in time, or the error that the app has thrown.
   */
  receive(): Promise<WebSocketData> {
    return this.#link.outbound.take(this.#timeout, () => this.#late('no message came'))
  }

  /** @throws TypeError if the message is binary; otherwise as `receive()`. */
  async receiveText(): Promise<string> {
    const message = await this.receive()
    if (typeof message === 'string') return message
    throw new TypeError(
      'testClient: the app sent a binary message where text was expected. Receive it by receiveBytes().',
    )
  }

  /** @throws TypeError if the message is text; otherwise as `receive()`. */
  async receiveBytes(): Promise<Uint8Array> {
    const message = await this.receive()
    if (typeof message !== 'string') return message
    throw new TypeError(
      `testClient: the app sent a text message, ${JSON.stringify(message)}, where bytes were expected. Receive it by receiveText().`,
    )
  }

  /**
   * Returns the parsed JSON of the next message, text or binary.
   *
   * @throws SyntaxError if it is not JSON; otherwise as `receive()`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as in `json()` of a fetch response
  async receiveJSON(): Promise<any> {
    const message = await this.receive()
    return JSON.parse(typeof message === 'string' ? message : new TextDecoder().decode(message))
  }

  /** Yields the messages until the websocket is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<WebSocketData, void, undefined> {
    try {
      for (;;) yield await this.receive()
    } catch (error) {
      if (!(error instanceof WebSocketDisconnect)) throw error
    }
  }

  /**
   * Closes the websocket, and waits for the app to end.
   *
   * @param code The close code; 1005 for a close without a code.
   * @throws Error if the app does not end in time, or the error that the app has thrown.
   */
  async close(code = 1000, reason = ''): Promise<void> {
    this.#link.leave(code, reason)
    await inTime(this.#link.done, this.#timeout, () =>
      this.#late(
        'the app did not end after its websocket was closed',
        'Leave the loop when websocket.signal aborts.',
      ),
    )
    const { error } = this.#link
    this.#link.error = undefined
    if (error !== undefined) throw error.thrown
  }

  /** Ends the connection without a close frame; the app receives 1006. Otherwise it is like `close()`. */
  terminate(): Promise<void> {
    return this.close(1006)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #late(what: string, advice = 'Check the app, or pass another timeout.'): Error {
    return new Error(`testClient: ${what} within ${this.#timeout} ms. ${advice}`)
  }
}
