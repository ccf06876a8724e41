/** Reads the body of a request: once, up to a limit, as a whole or as a stream. */

import { ClientDisconnected, HTTPException } from './exceptions.ts'
import { contentLength, indexOfName } from './http/headers.ts'
import { ByteCollector, NO_BYTES } from './internal/bytes.ts'
import { handled, handledSteps } from './internal/handled.ts'
import { wrong } from './internal/must.ts'
import type { BodyLimit, HTTPScope, Receive, ReceiveMessage } from './types.ts'

/** Default limit of a body in bytes: 10 MB, as in Litestar. */
export const DEFAULT_MAX_BODY_SIZE = 10_000_000

/** Default limit of a multipart body in bytes, whose files are not held in memory: 100 MB. */
export const DEFAULT_MAX_UPLOAD_SIZE = 100_000_000

/**
 * The property of `receive` that holds the reader of its body. A WeakMap would take 1.7 µs per body, a
 * tenth of a small exchange; this takes next to nothing.
 */
const BODY: unique symbol = Symbol('body')

/**
 * The reader of the body that comes from this `receive`: one for all its requests.
 *
 * A middleware and its handler each have a `Request`. What one of them has read, the other can read too;
 * if it is gone, the other gets an error.
 */
export function bodyOf(scope: HTTPScope, receive: Receive & { [BODY]?: Body }): Body {
  const known = receive[BODY]
  if (known !== undefined) return known
  const body = new Body(scope, receive)
  if (Object.isExtensible(receive)) receive[BODY] = body
  return body
}

/**
 * The `receive` for an app that reads messages itself: the given one, or a replay if a `Request` has read
 * from it. That app gets the whole body or an error, never a part of it.
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
  /** Where consumed parts went: that method, or the `receive` of an inner app. */
  #takenBy: string | object | undefined
  /** Called when `receive` reports the disconnect. */
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

  /** Whether anything has begun to read it. */
  get isTouched(): boolean {
    return this.#bytes !== undefined || this.#isConsumed
  }

  /**
   * Calls a listener when `receive` reports the disconnect, in any call.
   *
   * @param asking When to call `receive` for that, which takes messages from other readers: never, once
   * the body is read, or also at once if no body was announced.
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

  /** The whole body; it is kept, so that it can be read again. */
  bytes(maxSize?: number): Promise<Uint8Array> {
    if (this.#bytes !== undefined) return this.#bytes
    if (this.#isConsumed) return handled(Promise.reject(this.#consumed('bytes')))
    this.#bytes = handled(this.#collect(maxSize ?? this.#defaultMaxSize))
    return this.#bytes
  }

  async #collect(maxSize: number): Promise<Uint8Array> {
    this.#begin(maxSize)
    const first = this.#take(await this.#receive(), maxSize)
    if (this.#complete) return first
    const collector = new ByteCollector()
    collector.add(first)
    while (!this.#complete) collector.add(this.#take(await this.#receive(), maxSize))
    return collector.join()
  }

  /** The parts as they arrive, none of them empty; after `bytes()`, the kept body as one part. */
  stream(maxSize?: number, asked = 'stream'): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#bytes !== undefined) return handledSteps(kept(this.#bytes))
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
   * Checks the announced length, so that a body that is too large is refused without reading it or
   * sending 100 Continue. A limit of the reader overrides that of `bodyLimit()`, since it is closer.
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
   * A `receive` for an inner app. A body that was read as a whole is passed again; an unread one comes
   * from the client. If parts of it are gone, it rejects: an app never gets an incomplete body.
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

  /** Notes a message that bypasses this reader; returns whether it ends the body. */
  #passOn(message: ReceiveMessage, reader: object): boolean {
    if (message.type !== 'http.request') return false
    this.#takenBy = reader
    this.#size += message.body.byteLength
    this.#complete = !message.moreBody
    return this.#complete
  }

  /** Whether bytes went to another reader. An empty body is never incomplete. */
  #isMissingTo(reader: string | object): boolean {
    return this.#takenBy !== undefined && this.#takenBy !== reader && this.#size > 0
  }

  get #isConsumed(): boolean {
    return this.#streamed !== undefined || this.#takenBy !== undefined
  }

  #consumed(asked: string): TypeError {
    const isBehind = this.#streamed === undefined || typeof this.#takenBy === 'object'
    const way = this.#streamed === 'stream' ? '' : ` by request.${this.#streamed}()`
    const how = isBehind ? 'by the app behind' : `as a stream${way}`
    return new TypeError(
      `request.${asked}: the body was already read ${how}, so it is gone. ` +
        'Call request.bytes() first if it is needed twice.',
    )
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
  const fix = 'Check the server, or the middleware that wraps receive'
  return wrong('request', 'receive must give a message of the body', message.type, fix)
}
