/** The receiving half of an exchange: returns the request body as messages, one for each call of `receive`. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { ByteCollector } from '../../internal/bytes.ts'
import { DISCONNECT, NO_BODY } from '../../protocol/received.ts'
import type { ReceiveMessage } from '../../types.ts'
import type { Disconnect } from './disconnect.ts'
import { Parts } from './parts.ts'
import { forgetLost, whenLost } from './socketclose.ts'
import { whenItsTurn } from './turn.ts'

type Waiter = (message: ReceiveMessage) => void

/** The properties of an exchange that its receiving half needs. */
interface ReceivingExchange {
  readonly disconnect: Disconnect
  /** Whether the client waits for a 100 before it sends its body. */
  readonly expectsContinue: boolean
  /** Whether the request belongs to another server, which may have read a part of the body. */
  readonly hosted: boolean
}

/**
 * Reads a request only while a call of `receive` is pending: a client cannot send faster than the app reads.
 * The disconnect message follows the last part of the body.
 */
export class Incoming {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #exchange: ReceivingExchange
  /** Usually only one call waits, which needs no list. */
  #waiter: Waiter | undefined
  #laterWaiters: Waiter[] | undefined
  /** The bytes that no call has received yet. The next message contains all of them. */
  #chunks: ByteCollector | undefined
  #remaining: number
  #parts: Parts | undefined
  #ended: boolean
  /** Whether the app has received the last part of the body. */
  #isDelivered = false
  /** Whether a 100 has told the client to send its body. */
  #hasSentContinue = false
  #over = false
  #watching = false
  readonly #onLost = (): void => this.end()

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    length: number,
    exchange: ReceivingExchange,
  ) {
    this.#request = request
    this.#response = response
    this.#exchange = exchange
    this.#ended = length === 0
    this.#remaining = length
  }

  /** The number of bytes that have not arrived yet; Infinity if the length is unknown. */
  get remaining(): number {
    return this.#ended ? 0 : this.#remaining
  }

  /** Whether the client still waits for a 100 before it sends its body. */
  get heldBack(): boolean {
    return this.#exchange.expectsContinue && !this.#hasSentContinue
  }

  receive(): Promise<ReceiveMessage> {
    const ready = this.#next()
    if (ready !== undefined) return Promise.resolve(ready)
    return new Promise((resolve) => {
      if (this.#waiter === undefined) this.#waiter = resolve
      else {
        this.#laterWaiters ??= []
        this.#laterWaiters.push(resolve)
      }
      if (this.#ended) this.#watch()
      else this.#read()
    })
  }

  /** Ends the exchange: pending calls of `receive` resolve. */
  end(): void {
    this.#over = true
    this.#settle()
    if (this.#ended) return
    forgetLost(this.#request.socket, this.#onLost)
    // The rest of the body is discarded. Otherwise the next request of the connection would never be read.
    this.#parts?.discard()
  }

  #next(): ReceiveMessage | undefined {
    if (this.#chunks !== undefined) {
      const body = this.#chunks.join()
      this.#chunks = undefined
      this.#isDelivered = this.#ended
      return { type: 'http.request', body, moreBody: !this.#ended }
    }
    if (this.#ended && !this.#isDelivered) {
      this.#isDelivered = true
      return NO_BODY
    }
    return this.#over ? DISCONNECT : undefined
  }

  #settle(): void {
    while (this.#waiter !== undefined) {
      const message = this.#next()
      if (message === undefined) return
      this.#answer(this.#waiter, message)
    }
  }

  #answer(waiter: Waiter, message: ReceiveMessage): void {
    this.#waiter = this.#laterWaiters?.shift()
    waiter(message)
  }

  /** After the body, pending calls wait for the end of the response. */
  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    this.#exchange.disconnect.whenOver(() => this.end())
  }

  /** The body is complete. Calls that are still pending wait for the disconnect. */
  #complete(): void {
    this.#ended = true
    forgetLost(this.#request.socket, this.#onLost)
    this.#settle()
    if (this.#waiter !== undefined) this.#watch()
  }

  #read(): void {
    if (this.#parts !== undefined) {
      this.#parts.goOn()
      return
    }
    if (this.#exchange.expectsContinue) whenItsTurn(this.#response, this.#sendContinue)
    // A body of a known length ends with its last byte. A host may have read a part of it.
    const needsEnd = this.#remaining === Number.POSITIVE_INFINITY || this.#exchange.hosted
    this.#parts = new Parts(this.#request, this.#take, needsEnd)
    // The request emits 'error' for an abort only if it has a listener. The connection reports an abort too, and a
    // listener for 'close' of the response would take a twentieth of the time of a small exchange.
    whenLost(this.#request.socket, this.#onLost)
  }

  /** Passes a part to the call that waits for it, without collecting it. */
  #pass(body: Uint8Array, waiter: Waiter): void {
    const moreBody = this.#remaining > 0
    this.#isDelivered = !moreBody
    this.#ended = !moreBody
    this.#answer(waiter, { type: 'http.request', body, moreBody })
    if (!moreBody) this.#complete()
  }

  /** Sends a 100. It is not sent after the head, because it would be in the middle of the response. */
  readonly #sendContinue = (): void => {
    if (this.#response.headersSent) return
    this.#response.writeContinue()
    this.#hasSentContinue = true
  }

  /** Takes a part, or null for the end. The body ends with its last announced byte, without waiting for 'end'. */
  readonly #take = (part: Uint8Array | null): boolean => {
    // Bytes that are discarded after the end of the exchange must not complete the body.
    if (this.#over || this.#ended) return true
    if (part !== null) {
      this.#remaining -= part.byteLength
      if (this.#waiter !== undefined && this.#chunks === undefined) {
        this.#pass(part, this.#waiter)
        return true
      }
      this.#chunks ??= new ByteCollector()
      this.#chunks.add(part)
    }
    if (part === null || this.#remaining <= 0) {
      this.#complete()
      return true
    }
    this.#settle()
    // Reading does not pause as soon as no call is pending: the app may call again in this turn, and to pause
    // and resume for each part would cost more than the part.
    return this.#chunks === undefined
  }
}
