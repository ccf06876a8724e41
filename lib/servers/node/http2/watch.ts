/** The timeouts of one stream: how long its request may take, and how long its client may read nothing. */
import { constants, type ServerHttp2Stream } from 'node:http2'
import { refuseStream } from './refuse.ts'
import { resetStream } from './reset.ts'

/** The timeouts in ms; Infinity disables one. */
export interface Times {
  readonly idleMs: number
  readonly requestMs: number
  readonly writeMs: number
}

/** The factor by which the write timeout of a stream is longer while the client reads from other streams. */
const PATIENCE = 10

export class Watch {
  readonly #stream: ServerHttp2Stream
  readonly #times: Times
  readonly #startedAt: number
  #waiting = 0
  #waitingSince = 0
  #bytes = 0
  #bytesSince = 0
  /** The incoming body. It is undefined until an app can read it. */
  incoming: { readonly ended: boolean } | undefined

  /** @param now The time by the clock of the checks. */
  constructor(stream: ServerHttp2Stream, times: Times, now: number) {
    this.#stream = stream
    this.#times = times
    this.#startedAt = now
  }

  /** @param bytes The number of bytes that the connection has written. */
  look(now: number, bytes: number): void {
    const stream = this.#stream
    // A response that was passed on completely does not notice a reset with the code 0; see `departure.ts`.
    if (stream.closed && !stream.writableFinished) stream.destroy()
    this.#lookAtRequest(now)
    this.#lookAtResponse(now, bytes)
  }

  #lookAtRequest(now: number): void {
    const stream = this.#stream
    const isWhole = this.incoming?.ended === true || stream.readableEnded || stream.endAfterHeaders
    if (isWhole || now - this.#startedAt < this.#times.requestMs) return
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
