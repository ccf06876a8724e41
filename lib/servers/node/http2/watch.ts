/** The times of one stream: how long its request may take, and how long its client may read nothing. */
import { constants, type ServerHttp2Stream } from 'node:http2'
import { refuseStream } from './refuse.ts'
import { resetStream } from './reset.ts'

/** In ms; Infinity for never. */
export interface Times {
  readonly idleMs: number
  readonly requestMs: number
  readonly writeMs: number
}

/** A client that reads from other streams alone may leave one alone for so many times as long. */
const PATIENCE = 10

export class Watch {
  readonly #stream: ServerHttp2Stream
  readonly #times: Times
  readonly #begun = performance.now()
  #waiting = 0
  #waitingSince = 0
  #bytes = 0
  #bytesSince = 0
  /** Whether the body has come, once an app can read it. */
  incoming: { readonly ended: boolean } | undefined

  constructor(stream: ServerHttp2Stream, times: Times) {
    this.#stream = stream
    this.#times = times
  }

  /** @param bytes How many the connection has written. */
  look(now: number, bytes: number): void {
    this.#lookAtRequest(now)
    this.#lookAtResponse(now, bytes)
  }

  #lookAtRequest(now: number): void {
    const stream = this.#stream
    const isWhole = this.incoming?.ended === true || stream.readableEnded || stream.endAfterHeaders
    if (isWhole || now - this.#begun < this.#times.requestMs) return
    if (stream.headersSent) resetStream(stream)
    else {
      refuseStream(stream, 408)
      stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR))
    }
  }

  #lookAtResponse(now: number, bytes: number): void {
    const { writableLength } = this.#stream
    if (writableLength === 0 || writableLength !== this.#waiting) {
      this.#waiting = writableLength
      this.#waitingSince = now
    }
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#bytesSince = now
    }
    if (writableLength === 0) return
    const { writeMs } = this.#times
    const isLeft = now - this.#waitingSince >= writeMs * PATIENCE
    const isStalled = now - Math.max(this.#waitingSince, this.#bytesSince) >= writeMs
    if (isLeft || isStalled) resetStream(this.#stream)
  }
}
