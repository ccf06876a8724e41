/** The receiving half of an exchange: the request body as messages, pulled one by one. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { ByteCollector } from '../../internal/bytes.ts'
import { DISCONNECT, NO_BODY } from '../../protocol/received.ts'
import type { ReceiveMessage } from '../../types.ts'
import type { Disconnect } from './disconnect.ts'
import { openParts, type Parts } from './parts.ts'
import { forgetLost, whenLost } from './socketclose.ts'
import { whenItsTurn } from './turn.ts'

/** What an exchange tells its receiving half. */
export interface Asking {
  readonly disconnect: Disconnect
  /** Whether the client waits for a 100 before it sends its body. */
  readonly expectsContinue: boolean
}

/**
 * Reads a request only while a call of `receive` is pending, so that a client cannot send
 * faster than the app takes; tells about the disconnect when all else has been told.
 */
export class Incoming {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #asking: Asking
  readonly #waiting: ((message: ReceiveMessage) => void)[] = []
  /** What was not asked for yet, all of which the next message has. */
  #chunks: ByteCollector | undefined
  #remaining: number
  #parts: Parts | undefined
  #ended: boolean
  /** Whether the last part of the body was handed out. */
  #told = false
  /** Whether the client has been told to send its body. */
  #invited = false
  #over = false
  #watching = false
  readonly #onLost = (): void => this.end()

  constructor(request: IncomingMessage, response: ServerResponse, length: number, asking: Asking) {
    this.#request = request
    this.#response = response
    this.#asking = asking
    this.#ended = length === 0
    this.#remaining = length
  }

  /** How many bytes have not come in yet; Infinity if the length is unknown. */
  get remaining(): number {
    return this.#ended ? 0 : this.#remaining
  }

  /** Whether the client still waits to be told to send its body. */
  get heldBack(): boolean {
    return this.#asking.expectsContinue && !this.#invited
  }

  receive(): Promise<ReceiveMessage> {
    const ready = this.#next()
    if (ready !== undefined) return Promise.resolve(ready)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#ended) this.#watch()
      else this.#read()
    })
  }

  /** The exchange is over: pending calls of `receive` are answered. */
  end(): void {
    this.#over = true
    forgetLost(this.#request.socket, this.#onLost)
    this.#settle()
    // What was begun is discarded to its end, or the connection's next request would never come.
    if (!this.#ended) this.#parts?.discard()
  }

  #next(): ReceiveMessage | undefined {
    if (this.#chunks !== undefined) {
      const body = this.#chunks.join()
      this.#chunks = undefined
      this.#told = this.#ended
      return { type: 'http.request', body, moreBody: !this.#ended }
    }
    if (this.#ended && !this.#told) {
      this.#told = true
      return NO_BODY
    }
    return this.#over ? DISCONNECT : undefined
  }

  #settle(): void {
    while (this.#waiting.length > 0) {
      const message = this.#next()
      if (message === undefined) return
      this.#waiting.shift()?.(message)
    }
  }

  /** After the body there is only the end of the response to wait for. */
  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    this.#asking.disconnect.whenOver(() => this.end())
  }

  /** All has come that will; some may wait for what comes after. */
  #complete(): void {
    this.#ended = true
    forgetLost(this.#request.socket, this.#onLost)
    this.#settle()
    if (this.#waiting.length > 0) this.#watch()
  }

  #read(): void {
    if (this.#parts !== undefined) {
      this.#parts.goOn()
      return
    }
    if (this.#asking.expectsContinue) whenItsTurn(this.#response, this.#invite)
    this.#parts = openParts(this.#request, this.#take)
    // An abort is an 'error' only if there is a listener. The connection reports it too, and in less
    // time than the response, whose 'close' takes a twentieth of a small exchange.
    whenLost(this.#request.socket, this.#onLost)
  }

  /** Once the head is out, a 100 would stand in the middle of the response. */
  readonly #invite = (): void => {
    if (this.#response.headersSent) return
    this.#response.writeContinue()
    this.#invited = true
  }

  /** The last byte that was announced is the end: no turn of the loop is spent waiting for it. */
  readonly #take = (part: Uint8Array | null): boolean => {
    // What is discarded must not look like a whole body.
    if (this.#over || this.#ended) return true
    if (part !== null) {
      this.#remaining -= part.byteLength
      this.#chunks ??= new ByteCollector()
      this.#chunks.add(part)
    }
    if (part === null || this.#remaining <= 0) {
      this.#parts?.end()
      this.#complete()
      return true
    }
    this.#settle()
    // Not as soon as no call is pending: the reader may ask for the next part in this turn, and
    // stopping and going on again for each would cost more than the part.
    return this.#chunks === undefined
  }
}
