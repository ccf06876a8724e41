/** The order of an http response: which messages may follow which, how long the body is, and its end. */
import { ClientDisconnected } from '../exceptions.ts'
import { NO_BYTES } from '../internal/bytes.ts'
import { handled } from '../internal/handled.ts'
import { turn } from '../internal/turn.ts'
import {
  type HeaderList,
  type HTTPResponseStartMessage,
  type HTTPResponseTrailersMessage,
  SENT,
  type SendMessage,
} from '../types.ts'
import { type Asked, type Head, readHead, readTrailers } from './head.ts'
import {
  assertBytes,
  assertLinks,
  assertPath,
  lengthDiffers,
  misplaced,
  noMessage,
  unsupported,
} from './responsefaults.ts'

/**
 * How far a response is.
 *
 * - `waiting`: nothing was sent, or what was sent has been taken back
 * - `started`: the app has sent the start; the head is held back until the body begins
 * - `streaming`: a part of the body, or a file, is being sent
 * - `trailing`: the body has ended, and trailers follow
 * - `complete`: all was sent
 * - `aborted`: a part was sent, and the rest cannot follow
 */
export type ResponsePhase =
  | 'waiting'
  | 'started'
  | 'streaming'
  | 'trailing'
  | 'complete'
  | 'aborted'

/** What a server does with a response; the order of the calls is the responder's matter. */
export interface Wire {
  /** Whether the client has gone, or another response has taken the place of this one. */
  readonly isGone: boolean
  /** Whether any of the response may have reached the client. */
  readonly isFlushed: boolean
  /** Whether fields can follow the body. */
  readonly sendsTrailers: boolean
  /**
   * Sends head and body in one write.
   *
   * @param body Empty if the head drops the body.
   * @param length The `content-length` to add, or undefined if there is nothing to add.
   */
  whole(head: Head, body: Uint8Array, length: number | undefined): void
  /** Sends a head; `part` and `end` follow. */
  head(head: Head): void
  /** Sends a part of the body; resolves when more may be sent. */
  part(bytes: Uint8Array): Promise<void>
  /** Sends the last part of the body, and the trailers if there are any. */
  end(bytes: Uint8Array, trailers?: HeaderList): void
  /** Breaks off a response of which a part was sent. */
  abort(error: unknown): void
  /** Sends a 103. Missing if the server has no early hints. */
  hint?(links: readonly string[]): void
  /** Sends head and body from a file. Missing if the server sends no files. */
  readonly file?: ((path: string, head: Head) => Promise<void>) | undefined
  /** Keeps what `http.response.debug` tells. Missing outside of tests. */
  debug?(info: Readonly<Record<string, unknown>>): void
}

/** Turns the messages of an app into the calls of a wire. A fault is a rejection of `send`. */
export class Responder {
  readonly #asked: Asked
  readonly #wire: Wire
  #phase: ResponsePhase = 'waiting'
  #head: Head | undefined
  #sent = 0
  #isFile = false
  #trailers: HeaderList | undefined

  constructor(asked: Asked, wire: Wire) {
    this.#asked = asked
    this.#wire = wire
  }

  get phase(): ResponsePhase {
    return this.#phase
  }

  /** Never throws, so that a forgotten `await` cannot end the process. Returns `SENT` if it can. */
  send(message: SendMessage): Promise<void> {
    try {
      return this.#accept(message)
    } catch (error) {
      return handled(Promise.reject(error))
    }
  }

  /** Breaks off what was sent; if nothing was sent, the response can start again. */
  abort(error: unknown): void {
    if (this.#wire.isFlushed) {
      this.#phase = 'aborted'
      this.#wire.abort(error)
      return
    }
    this.#phase = 'waiting'
    this.#head = undefined
    this.#sent = 0
    this.#isFile = false
  }

  #accept(message: SendMessage): Promise<void> {
    if (this.#phase === 'complete') return SENT
    if (this.#phase === 'aborted' || this.#wire.isGone) throw new ClientDisconnected()
    if (typeof message !== 'object' || message === null) throw noMessage(message)
    switch (message.type) {
      case 'http.response.start':
        return this.#start(message)
      case 'http.response.body':
        return this.#body(message.body ?? NO_BYTES, message.moreBody ?? false)
      case 'http.response.trailers':
        return this.#addTrailers(message)
      case 'http.response.early_hint':
        return this.#hint(message.links)
      case 'http.response.pathsend':
        return this.#file(message.path)
      case 'http.response.debug':
        return this.#debug(message.info)
      default:
        throw misplaced(String(message.type), 'it is not a message of an http response')
    }
  }

  #start(message: HTTPResponseStartMessage): Promise<void> {
    if (this.#phase !== 'waiting') throw misplaced(message.type, 'the response has started')
    const head = readHead(message, this.#asked)
    if (head.trailers && !this.#wire.sendsTrailers) throw unsupported('http.response.trailers')
    this.#head = head
    this.#phase = 'started'
    return SENT
  }

  #body(body: Uint8Array, moreBody: boolean): Promise<void> {
    const head = this.#head
    if (head === undefined) throw misplaced('http.response.body', 'the response has not started')
    if (this.#phase === 'trailing') throw misplaced('http.response.body', 'the body has ended')
    if (this.#isFile) throw misplaced('http.response.body', 'a file is being sent')
    assertBytes(body)
    this.#count(body.byteLength, moreBody, head)
    if (this.#phase === 'started' && !moreBody && !head.trailers) {
      this.#whole(head, body)
      return SENT
    }
    if (!head.dropsBody) return this.#part(head, body, moreBody)
    const accepted = this.#part(head, NO_BYTES, moreBody)
    // A body that is dropped never waits for the client: without a pause it would block the event loop.
    return moreBody ? turn() : accepted
  }

  /** A longer body would be taken for the next response, a shorter one never ends. */
  #count(size: number, moreBody: boolean, { length, dropsBody }: Head): void {
    this.#sent += size
    if (length === undefined || dropsBody) return
    const sent = this.#sent
    if (sent <= length && (moreBody || sent === length)) return
    const error = lengthDiffers(length, sent)
    this.abort(error)
    throw error
  }

  #whole(head: Head, body: Uint8Array): void {
    const size = body.byteLength
    // A HEAD without a body does not tell the length that a GET would have.
    const isCounted = head.length === undefined && !head.bodyless && (size > 0 || !head.dropsBody)
    this.#wire.whole(head, head.dropsBody ? NO_BYTES : body, isCounted ? size : undefined)
    this.#phase = 'complete'
  }

  #part(head: Head, body: Uint8Array, moreBody: boolean): Promise<void> {
    if (this.#phase === 'started') {
      this.#wire.head(head)
      this.#phase = 'streaming'
    }
    if (moreBody) return this.#wire.part(body)
    if (head.trailers) {
      this.#phase = 'trailing'
      return this.#wire.part(body)
    }
    this.#phase = 'complete'
    this.#wire.end(body)
    return SENT
  }

  #addTrailers(message: HTTPResponseTrailersMessage): Promise<void> {
    if (!this.#wire.sendsTrailers) throw unsupported(message.type)
    if (this.#phase !== 'trailing') {
      throw misplaced(message.type, 'they follow the last body of a response that announced them')
    }
    this.#trailers = [...(this.#trailers ?? []), ...readTrailers(message)]
    if (message.moreTrailers) return SENT
    this.#phase = 'complete'
    this.#wire.end(NO_BYTES, this.#trailers)
    return SENT
  }

  /** Once a part of the body was sent, a 103 would stand in the middle of it, and is left out. */
  #hint(links: readonly string[]): Promise<void> {
    const type = 'http.response.early_hint'
    if (this.#wire.hint === undefined) throw unsupported(type)
    if (this.#phase === 'waiting') throw misplaced(type, 'the response has not started')
    assertLinks(links)
    if (this.#phase === 'started' && this.#asked.httpVersion !== '1.0') this.#wire.hint(links)
    return SENT
  }

  #file(path: string): Promise<void> {
    const type = 'http.response.pathsend'
    const head = this.#head
    if (this.#wire.file === undefined) throw unsupported(type)
    if (head === undefined || this.#phase !== 'started') {
      throw misplaced(type, 'it comes once, right after the start')
    }
    assertPath(path)
    this.#phase = 'streaming'
    this.#isFile = true
    const done = this.#wire.file(path, head)
    if (done !== SENT) return handled(this.#fileEnd(done))
    this.#phase = 'complete'
    return SENT
  }

  async #fileEnd(done: Promise<void>): Promise<void> {
    try {
      await done
      this.#phase = 'complete'
    } catch (error) {
      // A missing file can be answered otherwise.
      if (!(error instanceof ClientDisconnected)) this.abort(error)
      throw error
    }
  }

  #debug(info: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#wire.debug === undefined) throw unsupported('http.response.debug')
    if (this.#phase !== 'waiting')
      throw misplaced('http.response.debug', 'the response has started')
    this.#wire.debug(info)
    return SENT
  }
}
