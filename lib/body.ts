/** Reads the body of a request: once, up to a limit, whole or as a stream. */
import { ByteCollector } from './bytes/collector.ts'
import { NO_BYTES } from './bytes.ts'
import { ClientDisconnected, HTTPException } from './exceptions.ts'
import { contentLength } from './headers.ts'
import type { HTTPScope, Receive, ReceiveMessage } from './types.ts'

/** The most bytes that a body may have unless told otherwise: 10 MB, as in Litestar. */
export const DEFAULT_MAX_BODY_SIZE = 10_000_000

/** The same for multipart bodies, whose files are not held in memory: 100 MB. */
export const DEFAULT_MAX_UPLOAD_SIZE = 100_000_000

export class Body {
  readonly #receive: Receive
  readonly #declared: number
  readonly #defaultMaxSize: number
  #size = 0
  #streamed = false
  #complete = false
  /** Whether an app behind took parts of it that were not read here. */
  #passedOn = false
  #bytes: Promise<Uint8Array> | undefined

  constructor(scope: HTTPScope, receive: Receive) {
    this.#declared = contentLength(scope.headers) ?? 0
    this.#receive = receive
    this.#defaultMaxSize = scope.maxBodySize ?? DEFAULT_MAX_BODY_SIZE
  }

  /** Whether all of it has arrived, so that only a disconnect can follow. */
  get complete(): boolean {
    return this.#complete
  }

  /** The whole body; kept, so that it can be asked for again. */
  bytes(maxSize?: number): Promise<Uint8Array> {
    if (this.#bytes !== undefined) return this.#bytes
    if (this.#streamed || this.#passedOn) return Promise.reject(this.#consumed('bytes'))
    this.#bytes = this.#collect(maxSize ?? this.#defaultMaxSize)
    return this.#bytes
  }

  async #collect(maxSize: number): Promise<Uint8Array> {
    this.#assertDeclared(maxSize)
    const first = this.#take(await this.#receive(), maxSize)
    if (this.#complete) return first
    const collector = new ByteCollector()
    collector.add(first)
    while (!this.#complete) collector.add(this.#take(await this.#receive(), maxSize))
    return collector.join()
  }

  /** The parts as they come, none of them empty; after `bytes()` the kept body as one part. */
  stream(maxSize?: number, asked = 'stream'): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#bytes !== undefined) return kept(this.#bytes)
    if (this.#streamed || this.#passedOn) throw this.#consumed(asked)
    this.#streamed = true
    return this.#parts(maxSize ?? this.#defaultMaxSize)
  }

  #consumed(asked: string): TypeError {
    const how = this.#streamed ? 'as a stream' : 'by the app behind'
    return new TypeError(
      `request.${asked}: the body was already read ${how}, so it is gone. ` +
        'Call request.bytes() first when it is needed twice.',
    )
  }

  async *#parts(maxSize: number): AsyncGenerator<Uint8Array, void, undefined> {
    this.#assertDeclared(maxSize)
    while (!this.#complete) {
      const part = this.#take(await this.#receive(), maxSize)
      if (part.byteLength > 0) yield part
    }
  }

  /** Told beforehand, so refused beforehand: nothing is read, and no 100 Continue is sent. */
  #assertDeclared(maxSize: number): void {
    if (this.#declared > maxSize) throw tooLarge(maxSize)
  }

  #take(message: ReceiveMessage, maxSize: number): Uint8Array {
    if (message.type === 'http.disconnect') throw new ClientDisconnected()
    if (message.type !== 'http.request') throw unexpected(message)
    this.#complete = !message.moreBody
    this.#size += message.body.byteLength
    if (this.#size > maxSize) throw tooLarge(maxSize)
    return message.body
  }

  /**
   * A `receive` for an app behind this reader: what was read whole is handed out again, what was
   * read as a stream is gone, and what has not been read comes from the client.
   */
  replay(): Receive {
    let ended = false
    return async () => {
      if (ended || (this.#bytes === undefined && !this.#complete)) {
        const message = await this.#receive()
        ended = this.#passOn(message) || ended
        return message
      }
      ended = true
      const body = (await this.#bytes) ?? NO_BYTES
      return { type: 'http.request', body, moreBody: false }
    }
  }

  /** Notes what goes past this reader, which would otherwise wait for it; tells whether it ends. */
  #passOn(message: ReceiveMessage): boolean {
    if (message.type !== 'http.request') return false
    this.#passedOn = true
    this.#complete = !message.moreBody
    return this.#complete
  }
}

async function* kept(bytes: Promise<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const body = await bytes
  if (body.byteLength > 0) yield body
}

function tooLarge(maxSize: number): HTTPException {
  return new HTTPException(413, `The request body is larger than ${maxSize} bytes.`)
}

function unexpected(message: ReceiveMessage): TypeError {
  return new TypeError(
    `request: a message of the body was expected, ${JSON.stringify(message.type)} was received. ` +
      'Check the server, or the middleware that wraps receive.',
  )
}
