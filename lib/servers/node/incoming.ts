/** The receiving half of an exchange: the request body as messages, pulled one by one. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { NO_BYTES } from '../../bytes.ts'
import type { ReceiveMessage } from '../../types.ts'

const NO_BODY: ReceiveMessage = { type: 'http.request', body: NO_BYTES, moreBody: false }
const DISCONNECT: ReceiveMessage = { type: 'http.disconnect' }

/**
 * Reads a request while somebody waits in `receive`, and not otherwise, so that a client cannot send
 * faster than the app takes; tells about the disconnect when all else has been told.
 */
export class Incoming {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #expectsContinue: boolean
  readonly #waiting: ((message: ReceiveMessage) => void)[] = []
  readonly #chunks: Uint8Array[] = []
  #remaining: number
  #reading = false
  #ended: boolean
  /** Whether the last part of the body was handed out. */
  #told = false
  #over = false

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    length: number,
    expectsContinue: boolean,
  ) {
    this.#request = request
    this.#response = response
    this.#expectsContinue = expectsContinue
    this.#ended = length === 0
    this.#remaining = length
  }

  /** How many bytes have not come in yet; Infinity when nobody knows. */
  get remaining(): number {
    return this.#ended ? 0 : this.#remaining
  }

  /** Whether the client still waits to be told to send its body. */
  get heldBack(): boolean {
    return this.#expectsContinue && !this.#reading
  }

  receive(): Promise<ReceiveMessage> {
    const ready = this.#next()
    if (ready !== undefined) return Promise.resolve(ready)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (!this.#ended) this.#read()
    })
  }

  /** The exchange is over, one way or the other: whoever waits is told. */
  end(): void {
    this.#over = true
    this.#settle()
    // What was begun is discarded to its end, or the connection's next request would never come.
    if (this.#reading && !this.#ended) this.#request.resume()
  }

  #next(): ReceiveMessage | undefined {
    const body = this.#chunks.shift()
    if (body !== undefined) {
      const moreBody = !this.#ended || this.#chunks.length > 0
      this.#told = !moreBody
      return { type: 'http.request', body, moreBody }
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

  #read(): void {
    if (this.#reading) {
      this.#request.resume()
      return
    }
    this.#reading = true
    // Once the head is out, a 100 would stand in the middle of the response.
    if (this.#expectsContinue && !this.#response.headersSent) this.#response.writeContinue()
    this.#request.on('data', (chunk: Uint8Array) => this.#take(chunk))
    this.#request.on('error', () => {}) // an abort, which 'close' of the response tells too
    this.#request.on('end', () => {
      if (this.#over) return // what was discarded must not look like a whole body
      this.#ended = true
      this.#settle()
    })
  }

  /** The last byte that was announced is the end: no turn of the loop is spent waiting for it. */
  #take(chunk: Uint8Array): void {
    if (this.#over) return
    this.#remaining -= chunk.byteLength
    if (this.#remaining <= 0) this.#ended = true
    this.#chunks.push(chunk)
    this.#settle()
    if (this.#waiting.length === 0 && !this.#ended) this.#request.pause()
  }
}
