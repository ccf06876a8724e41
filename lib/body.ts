/** Reads the body of a request: once, up to a limit, as a whole or as a stream. */

import { ClientDisconnected, HTTPException } from './exceptions.ts'
import { contentLength, indexOfName } from './http/headers.ts'
import { ByteCollector, NO_BYTES } from './internal/bytes.ts'
import { invalid } from './internal/checks.ts'
import { handledSteps } from './internal/handled.ts'
import type { BodyLimit, HTTPScope, Receive, ReceiveMessage } from './types.ts'

/** Default limit of a body in bytes: 10 MB, as in Litestar. */
export const DEFAULT_MAX_BODY_SIZE = 10_000_000

/** Default limit of a multipart body in bytes: 100 MB. Its files are not held in memory. */
export const DEFAULT_MAX_UPLOAD_SIZE = 100_000_000

/**
 * The property of `receive` that holds the reader of its body. A WeakMap would take 1.7 µs per body, a
 * tenth of a small exchange. The time for a property is negligible.
 */
const BODY: unique symbol = Symbol('body')

/**
 * Returns the reader of the body from this `receive`. All requests with the same `receive` share it.
 *
 * A middleware and its handler each have a `Request`. If one of them has read the whole body, the other
 * can read it too. If parts of the body are gone, the other gets an error.
 */
export function bodyOf(scope: HTTPScope, receive: Receive & { [BODY]?: Body }): Body {
  const known = receive[BODY]
  if (known !== undefined) return known
  const body = new Body(scope, receive)
  if (Object.isExtensible(receive)) receive[BODY] = body
  return body
}

/**
 * Returns the `receive` for an app that reads messages itself: the given one, or a replay if a `Request`
 * has read from it. The app gets the whole body or an error, but never only a part.
 */
export function intactReceive(receive: Receive & { readonly [BODY]?: Body }): Receive {
  const body = receive[BODY]
  return body?.isTouched ? body.replay() : receive
}

export class Body {
  readonly #receive: Receive
  readonly #declared: number
  readonly #isNone: boolean
  readonly #defaultMaxSize: number
  readonly #limit: BodyLimit | undefined
  #size = 0
  #complete = false
  #gone = false
  #bytes: Promise<Uint8Array> | undefined
  /** The method that streamed the body. */
  #streamed: string | undefined
  /** The reader of the consumed parts: that method, or the `receive` of an inner app. */
  #takenBy: string | object | undefined
  /** Functions to call when `receive` returns the disconnect. */
  #listeners: (() => void)[] | undefined
  #asking: 'never' | 'after the body' | 'at once' = 'never'
  #isWatching = false

  constructor(scope: HTTPScope, receive: Receive) {
    const declared = contentLength(scope.headers)
    this.#declared = declared ?? 0
    this.#isNone = !declared && indexOfName(scope.headers, 'transfer-encoding') < 0
    this.#receive = receive
    this.#defaultMaxSize = scope.maxBodySize ?? DEFAULT_MAX_BODY_SIZE
    this.#limit = scope.bodyLimit
  }

  /** Whether reading has begun. */
  get isTouched(): boolean {
    return this.#bytes !== undefined || this.#isConsumed
  }

  /**
   * Calls a listener when any call of `receive` returns the disconnect.
   *
   * @param asking When to call `receive` to detect the disconnect: never, after the body was read, or also
   * at once if no body was announced. Such a call takes messages from other readers.
   */
  onGone(listener: () => void, asking: 'never' | 'after the body' | 'at once'): void {
    this.#listeners ??= []
    this.#listeners.push(listener)
    this.#asking = asking
    if (this.#gone) listener()
    else this.#watch()
  }

  #watch(): void {
    const isOver = this.#complete ? this.#asking !== 'never' : this.#isEmptyToAsk
    if (!isOver || this.#isWatching) return
    this.#isWatching = true
    const watched = this.#complete ? this.#receive() : this.bytes().then(() => this.#receive())
    watched.then(
      ({ type }) => type === 'http.disconnect' && this.#leave(),
      () => {}, // readers get the error
    )
  }

  get #isEmptyToAsk(): boolean {
    return this.#asking === 'at once' && this.#isNone && !this.#isConsumed
  }

  #leave(): void {
    this.#gone = true
    for (const listener of this.#listeners ?? []) listener()
  }

  /** Returns the whole body. It is kept, and can be read again. Callers must handle its rejection at once. */
  bytes(maxSize?: number): Promise<Uint8Array> {
    if (this.#bytes !== undefined) return this.#bytes
    if (this.#isConsumed) return Promise.reject(this.#consumed('bytes'))
    this.#bytes = this.#collect(maxSize ?? this.#defaultMaxSize)
    return this.#bytes
  }

  /** It is not async, because `await` needs more objects than `then`, and most bodies are one message. */
  #collect(maxSize: number): Promise<Uint8Array> {
    try {
      this.#begin(maxSize)
      return Promise.resolve(this.#receive()).then((message) => {
        const first = this.#take(message, maxSize)
        return this.#complete ? first : this.#collectRest(first, maxSize)
      })
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async #collectRest(first: Uint8Array, maxSize: number): Promise<Uint8Array> {
    const collector = new ByteCollector()
    collector.add(first)
    while (!this.#complete) collector.add(this.#take(await this.#receive(), maxSize))
    return collector.join()
  }

  /**
   * Returns the parts as they arrive, without empty ones. After `bytes()` the only part is the kept body.
   */
  stream(maxSize?: number, asked = 'stream'): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#bytes !== undefined) return handledSteps(streamOf(this.#bytes))
    if (this.#isConsumed) throw this.#consumed(asked)
    this.#streamed = asked
    return handledSteps(this.#parts(maxSize ?? this.#defaultMaxSize, asked))
  }

  async *#parts(maxSize: number, asked: string): AsyncGenerator<Uint8Array, void, undefined> {
    this.#begin(maxSize)
    while (!this.#complete) {
      if (this.#isMissingTo(asked)) throw this.#consumed(asked)
      this.#takenBy = asked
      const part = this.#take(await this.#receive(), maxSize)
      if (part.byteLength > 0) yield part
    }
  }

  /**
   * Checks the announced length. A body that is too large is refused before it is read and before 100
   * Continue is sent. A higher limit of the reader raises that of `bodyLimit()`, because the innermost
   * limit applies.
   */
  #begin(maxSize: number): void {
    if (this.#limit !== undefined && this.#limit.maxSize < maxSize) this.#limit.maxSize = maxSize
    if (this.#declared > maxSize) throw tooLarge(maxSize)
  }

  #take(message: ReceiveMessage, maxSize: number): Uint8Array {
    if (message.type === 'http.disconnect') {
      this.#leave()
      throw new ClientDisconnected()
    }
    if (message.type !== 'http.request') throw unexpected(message)
    this.#complete = !message.moreBody
    if (this.#complete) this.#watch()
    this.#size += message.body.byteLength
    if (this.#size > maxSize) throw tooLarge(maxSize)
    return message.body
  }

  /**
   * Returns a `receive` for an inner app. A body that was read as a whole is passed again. An unread body
   * comes from the client. If parts of the body are gone, `receive` rejects: an app never gets an
   * incomplete body.
   */
  replay(): Receive {
    let ended = false
    const reader = {}
    return async () => {
      if (ended || (this.#gone && !this.#complete)) {
        await this.#bytes
        return this.#receive()
      }
      if (this.#bytes === undefined && !this.#complete) {
        if (this.#isMissingTo(reader)) throw this.#consumed('replay')
        const message = await this.#receive()
        ended = this.#passOn(message, reader)
        return message
      }
      if (this.#bytes === undefined && this.#isMissingTo(reader)) throw this.#consumed('replay')
      ended = true
      const body = (await this.#bytes) ?? NO_BYTES
      return { type: 'http.request', body, moreBody: false }
    }
  }

  /** Records a message that another reader gets. Returns whether it ends the body. */
  #passOn(message: ReceiveMessage, reader: object): boolean {
    if (message.type !== 'http.request') return false
    this.#takenBy = reader
    this.#size += message.body.byteLength
    this.#complete = !message.moreBody
    return this.#complete
  }

  /** Whether bytes are missing because another reader got them. An empty body is never incomplete. */
  #isMissingTo(reader: string | object): boolean {
    return this.#takenBy !== undefined && this.#takenBy !== reader && this.#size > 0
  }

  get #isConsumed(): boolean {
    return this.#streamed !== undefined || this.#takenBy !== undefined
  }

  #consumed(asked: string): TypeError {
    const isBehind = this.#streamed === undefined || typeof this.#takenBy === 'object'
    const way = this.#streamed === 'stream' ? '' : ` by request.${this.#streamed}()`
    const how = isBehind ? 'by the inner app' : `as a stream${way}`
    return new TypeError(
      `request.${asked}: the body was already read ${how}, so it is gone. ` +
        'Call request.bytes() first if it is needed twice.',
    )
  }
}

async function* streamOf(bytes: Promise<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const body = await bytes
  if (body.byteLength > 0) yield body
}

const strict = new TextDecoder('utf-8', { fatal: true })

/** Parses a whole body as JSON. Throws HTTPException 400 if it is not valid JSON in UTF-8. */
export function parseJSON(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strict.decode(bytes))
  } catch (cause) {
    throw new HTTPException(400, 'The request body is not valid JSON.', { cause })
  }
}

function tooLarge(maxSize: number): HTTPException {
  return new HTTPException(413, `The request body is larger than ${maxSize} bytes.`)
}

function unexpected(message: ReceiveMessage): TypeError {
  const fix = 'Check the server, or the middleware that wraps receive'
  return invalid('request', 'receive must return a message of the body', message.type, fix)
}
