/** The receiving half of an HTTP/2 exchange: returns the body as messages, one for each call of `receive`. */
import type { ServerHttp2Stream } from 'node:http2'
import { DISCONNECT, NO_BODY } from '../../../protocol/received.ts'
import type { ReceiveMessage } from '../../../types.ts'
import type { Departure } from './departure.ts'

/**
 * Reads a stream only for a call of `receive`. Unread bytes fill the flow-control window of the stream, and then the
 * client has to wait.
 */
export class StreamIncoming {
  readonly #stream: ServerHttp2Stream
  readonly #departure: Departure
  readonly #waiting: ((message: ReceiveMessage) => void)[] = []
  /** The number of bytes that have not arrived yet; Infinity if the length is unknown. */
  #remaining: number
  #expectsContinue: boolean
  #ended: boolean
  /** Whether the app has received the last part of the body. */
  #isDelivered = false
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

  /** Ends the exchange: pending calls of `receive` resolve. */
  end(): void {
    this.#over = true
    this.#settle()
  }

  #next(): ReceiveMessage | undefined {
    if (this.#ended && !this.#isDelivered) {
      this.#isDelivered = true
      return NO_BODY
    }
    if (this.#over || this.#departure.gone) return DISCONNECT
    if (this.#isDelivered || !this.#reading) return undefined
    const body: Buffer | null = this.#stream.read()
    if (body === null) return undefined
    this.#remaining -= body.byteLength
    // nghttp2 resets streams whose body does not have the announced length.
    if (this.#remaining <= 0) {
      this.#ended = true
      this.#isDelivered = true
      this.#stream.resume() // lets the stream emit 'end'
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
