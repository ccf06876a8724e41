/** The receiving half of an exchange over HTTP/2: the body as messages, pulled one by one. */
import type { ServerHttp2Stream } from 'node:http2'
import { DISCONNECT, NO_BODY } from '../../../protocol/received.ts'
import type { ReceiveMessage } from '../../../types.ts'
import type { Departure } from './departure.ts'

/**
 * Reads a stream only for a call of `receive`. What is not read stays within the window of the stream,
 * beyond which the client has to wait.
 */
export class StreamIncoming {
  readonly #stream: ServerHttp2Stream
  readonly #departure: Departure
  readonly #waiting: ((message: ReceiveMessage) => void)[] = []
  /** How many bytes are still to come; Infinity if only the end tells. */
  #remaining: number
  #expectsContinue: boolean
  #ended: boolean
  /** Whether the last part of the body was handed out. */
  #told = false
  #over = false
  #reading = false
  #watching = false

  constructor(
    stream: ServerHttp2Stream,
    departure: Departure,
    announced: number,
    expectsContinue: boolean,
  ) {
    this.#stream = stream
    this.#departure = departure
    this.#ended = stream.endAfterHeaders || announced === 0
    this.#remaining = this.#ended ? 0 : announced
    this.#expectsContinue = expectsContinue && !this.#ended
  }

  /** Whether the whole body has been read. */
  get ended(): boolean {
    return this.#ended
  }

  receive(): Promise<ReceiveMessage> {
    const ready = this.#waiting.length === 0 ? this.#next() : undefined
    if (ready !== undefined) return Promise.resolve(ready)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#watch()
      if (!this.#ended) this.#read()
    })
  }

  /** The exchange is over: pending calls of `receive` are answered. */
  end(): void {
    this.#over = true
    this.#settle()
  }

  #next(): ReceiveMessage | undefined {
    if (this.#ended && !this.#told) {
      this.#told = true
      return NO_BODY
    }
    if (this.#over || this.#departure.gone) return DISCONNECT
    if (this.#told || !this.#reading) return undefined
    const body: Buffer | null = this.#stream.read()
    if (body === null) return undefined
    this.#remaining -= body.byteLength
    // nghttp2 resets streams whose body has another length than was announced.
    if (this.#remaining <= 0) {
      this.#ended = true
      this.#told = true
      this.#stream.resume() // to the end that is still to be told
    }
    return { type: 'http.request', body, moreBody: !this.#ended }
  }

  readonly #settle = (): void => {
    while (this.#waiting.length > 0) {
      const message = this.#next()
      if (message === undefined) return
      this.#waiting.shift()?.(message)
    }
  }

  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    this.#departure.whenOver(() => this.end())
  }

  #read(): void {
    if (this.#reading) return
    this.#reading = true
    const stream = this.#stream
    if (this.#expectsContinue && !stream.headersSent && !stream.closed) {
      this.#expectsContinue = false
      stream.additionalHeaders({ ':status': 100 })
    }
    stream.on('readable', this.#settle)
    stream.on('end', () => {
      // A reset looks like the end of the body to the stream.
      if (this.#departure.gone) return
      this.#ended = true
      this.#settle()
    })
    this.#settle()
  }
}
