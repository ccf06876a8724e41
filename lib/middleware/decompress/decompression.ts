/** The body of one request, decompressed as the app reads it. */
import { pipeline, Readable, type Transform } from 'node:stream'
import { HTTPException } from '../../exceptions.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import { handled } from '../../internal/handled.ts'
import type { Receive, ReceiveMessage } from '../../types.ts'
import { decoderOf, type RequestCoding } from './decoders.ts'

/** How much larger compression may make an incompressible body: by less than 1 % and a frame. */
const MOST_ADDED = 1.01
const FRAME = 1024

/**
 * Reads and decompresses one chunk after the other, to use little memory.
 *
 * The output of each of several codings is limited, because a body could grow a thousandfold in one and
 * shrink in the next. The input is limited too, because endless input may decompress to nothing.
 */
export class Decompression {
  readonly #receive: Receive
  readonly #codings: readonly RequestCoding[]
  readonly #maxSize: number
  readonly #decoders: Transform[] = []
  #parts: AsyncGenerator<Uint8Array> | undefined
  #isComplete = false
  /** Whether the compressed body is empty. */
  #isEmpty = false
  /** The disconnect, once it is received. */
  #disconnect: ReceiveMessage | undefined
  /** The error of the outer `receive`, which is rethrown unchanged. */
  #failure: unknown
  #error: unknown

  /** @param codings In the order in which they are decoded. */
  constructor(receive: Receive, codings: readonly RequestCoding[], maxSize: number) {
    this.#receive = receive
    this.#codings = codings
    this.#maxSize = maxSize
  }

  readonly receive: Receive = () => handled(this.#next())

  /** Frees the decoders, however the request ended. */
  readonly close = (): void => {
    for (const decoder of this.#decoders) decoder.destroy()
  }

  async #next(): Promise<ReceiveMessage> {
    if (this.#error !== undefined) throw this.#error
    if (this.#isComplete) return this.#disconnect ?? this.#receive()
    this.#parts ??= this.#decoded()
    try {
      const part = await this.#parts.next()
      return part.done ? this.#end() : { type: 'http.request', body: part.value, moreBody: true }
    } catch (error) {
      this.close()
      if (this.#isEmpty) return this.#end() // an empty body is not compressed
      if (this.#disconnect !== undefined) {
        this.#isComplete = true
        return this.#disconnect
      }
      const isOwn = error === this.#failure || error instanceof HTTPException
      this.#error ??= isOwn ? error : malformed(error)
      throw this.#error
    }
  }

  #end(): ReceiveMessage {
    this.#isComplete = true
    return { type: 'http.request', body: NO_BYTES, moreBody: false }
  }

  #decoded(): AsyncGenerator<Uint8Array> {
    let parts = this.#limited(this.#compressed(), this.#maxSize * MOST_ADDED + FRAME)
    for (const coding of this.#codings) {
      const decoder = decoderOf(coding)
      this.#decoders.push(decoder)
      const source = Readable.from(parts, { highWaterMark: 1 })
      pipeline(source, decoder, () => {}) // errors reach the reader of the decoder
      parts = this.#limited(decoder, this.#maxSize)
    }
    return parts
  }

  async *#limited(
    parts: AsyncIterable<Uint8Array>,
    most: number,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let size = 0
    for await (const part of parts) {
      size += part.byteLength
      if (size > most) {
        const detail = `The request body is larger than ${this.#maxSize} bytes.`
        throw new HTTPException(413, detail)
      }
      yield part
    }
  }

  async *#compressed(): AsyncGenerator<Uint8Array, void, undefined> {
    let size = 0
    for (;;) {
      const message = await this.#pull()
      if (message.type !== 'http.request') {
        this.#disconnect = message
        throw new Error('the client has disconnected')
      }
      size += message.body.byteLength
      if (message.body.byteLength > 0) yield message.body
      if (message.moreBody) continue
      this.#isEmpty = size === 0
      return
    }
  }

  async #pull(): Promise<ReceiveMessage> {
    try {
      return await this.#receive()
    } catch (error) {
      this.#failure = error
      throw error
    }
  }
}

function malformed(cause: unknown): HTTPException {
  return new HTTPException(400, 'The request body cannot be decompressed.', { cause })
}
