/** Writes a response to an HTTP/2 stream. `protocol/response.ts` decides what is written, and in which order. */
import { Buffer } from 'node:buffer'
import type { ServerHttp2Stream } from 'node:http2'
import { ClientDisconnected, ProtocolError } from '../../../exceptions.ts'
import { NO_BYTES } from '../../../internal/bytes.ts'
import type { Head } from '../../../protocol/head.ts'
import type { Wire } from '../../../protocol/response.ts'
import type { HeaderList } from '../../../types.ts'
import { Chunks } from '../chunks.ts'
import { sendFile } from '../pathsend.ts'
import type { Departure } from './departure.ts'
import { toStreamHeaders } from './fields.ts'
import { resetStream } from './reset.ts'

/** Up to this size in bytes, a body is copied, and the app may reuse its buffer. */
const SMALL = 16_384

/** The largest head, with 12 bytes for each field. For a larger one, node:http2 ends the connection without an error. */
const MOST_HEAD = 65_400

/** How long a client may take to read the bytes that were sent before a reset, in ms. */
const CUT_MS = 5_000

export class StreamWire implements Wire {
  readonly #stream: ServerHttp2Stream
  readonly #departure: Departure
  #chunks: Chunks | undefined
  #takesTrailers = false
  #trailers: HeaderList = []

  constructor(stream: ServerHttp2Stream, departure: Departure) {
    this.#stream = stream
    this.#departure = departure
  }

  get sendsTrailers(): boolean {
    return true
  }

  get isFlushed(): boolean {
    return this.#stream.headersSent
  }

  get isGone(): boolean {
    return this.#stream.closed || this.#stream.destroyed
  }

  /** Whether trailers follow the body. A reset would discard them. */
  get hasTrailers(): boolean {
    return this.#takesTrailers
  }

  whole(head: Head, body: Uint8Array, length: number | undefined): void {
    const endStream = head.dropsBody || body.byteLength === 0
    this.#respond(head, length, endStream)
    this.#departure.answered = true
    if (endStream) return
    this.#stream.end(body.byteLength <= SMALL ? Buffer.from(body) : body)
  }

  head(head: Head): void {
    this.#takesTrailers = head.sendsTrailers
    this.#respond(head, undefined, head.dropsBody)
  }

  part(bytes: Uint8Array): Promise<void> {
    return this.#open().write(bytes)
  }

  end(bytes: Uint8Array, trailers?: HeaderList): void {
    if (trailers !== undefined && this.#takesTrailers) {
      assertSize('http.response.trailers', trailers)
      this.#trailers = trailers
    }
    this.#departure.answered = true
    if (!this.#stream.writableEnded) this.#open().end(bytes)
  }

  /** Resets the stream. Bytes that were accepted before are still sent, if the client reads them in time. */
  abort(): void {
    const stream = this.#stream
    const reset = (): void => {
      clearTimeout(timer)
      resetStream(stream)
    }
    const timer = setTimeout(reset, CUT_MS)
    // The parts of this turn are written at its end.
    setImmediate(() => {
      if (stream.writableEnded || stream.destroyed) reset()
      else stream.write(NO_BYTES, reset)
    })
  }

  hint(links: readonly string[]): void {
    const stream = this.#stream
    const link = links.join(', ')
    assertSize('http.response.early_hint', ['link', link])
    if (!stream.headersSent) stream.additionalHeaders({ ':status': 103, link })
  }

  async file(path: string, head: Head): Promise<void> {
    const stream = this.#stream
    const start = (length: number): void => {
      const isCounted = head.length === undefined && !head.bodyless
      this.#respond(head, isCounted ? length : undefined, head.dropsBody)
    }
    const write = async (bytes: Uint8Array): Promise<void> => {
      if (this.isGone) throw new ClientDisconnected()
      await this.#open().write(bytes)
    }
    const isTaken = (): boolean => this.isGone || stream.headersSent
    await sendFile(path, head.length, !head.dropsBody, { isTaken, start, write })
    this.end(NO_BYTES)
  }

  #respond({ status, headers }: Head, length: number | undefined, endStream: boolean): void {
    assertSize('http.response.start', headers)
    const stream = this.#stream
    const fields = toStreamHeaders(headers, status)
    if (length !== undefined) fields['content-length'] = String(length)
    const waitForTrailers = this.#takesTrailers
    if (waitForTrailers) {
      // The response of a host listens too. It would send its own first, and these would throw.
      stream.removeAllListeners('wantTrailers')
      stream.on('wantTrailers', () => stream.sendTrailers(toStreamHeaders(this.#trailers)))
    }
    stream.respond(fields, { endStream, waitForTrailers })
  }

  #open(): Chunks {
    const stream = this.#stream
    this.#chunks ??= new Chunks(
      {
        // `respond` has sent the head.
        socket: null,
        flushHeaders: () => {},
        write: (bytes) => stream.writable && stream.write(bytes),
        end: (bytes) => (bytes === undefined ? stream.end() : stream.end(bytes)),
        on: (event, listener) => stream.on(event, listener),
      },
      this.#departure,
    )
    return this.#chunks
  }
}

function assertSize(type: string, headers: HeaderList): void {
  const size = headers.reduce((sum, text) => sum + text.length + 6, 0)
  if (size <= MOST_HEAD) return
  throw new ProtocolError(
    `${type}: a head over HTTP/2 may have ${MOST_HEAD} bytes, this one has ${size}. Shorten its values.`,
  )
}
