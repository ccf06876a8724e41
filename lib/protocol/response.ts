/** Checks the order of the messages of an http response, and the length of its body. */
import { ClientDisconnected } from '../exceptions.ts'
import { NO_BYTES } from '../internal/bytes.ts'
import { handled } from '../internal/handled.ts'
import { turn } from '../internal/turn.ts'
import {
  type HeaderList,
  type HTTPResponseStartMessage,
  type HTTPResponseTrailersMessage,
  SENT,
  type Send,
  type SendMessage,
} from '../types.ts'
import { type Head, type RequestFacts, readHead, readTrailers } from './head.ts'
import {
  assertBytes,
  assertLinks,
  assertPath,
  lengthDiffers,
  noMessage,
  outOfOrder,
  unsupported,
} from './responsefaults.ts'

/**
 * The phase of a response.
 *
 * - `waiting`: the app has sent nothing, or its start was dropped by `abort`
 * - `started`: the app has sent the start, and the head is sent when the body begins
 * - `streaming`: a part of the body, or a file, is being sent
 * - `trailing`: the body has ended, and trailers follow
 * - `complete`: the whole response was sent
 * - `aborted`: a part was sent, and the rest cannot be sent
 */
export type ResponsePhase =
  | 'waiting'
  | 'started'
  | 'streaming'
  | 'trailing'
  | 'complete'
  | 'aborted'

/** The part of a server that writes a response. The responder makes the calls in the right order. */
export interface Wire {
  /** Whether the client has disconnected, or another response was sent instead of this one. */
  readonly isGone: boolean
  /** Whether any part of the response may have reached the client. */
  readonly isFlushed: boolean
  /** Whether trailers can follow the body. */
  readonly sendsTrailers: boolean
  /**
   * Sends head and body in one write.
   *
   * @param body Empty if the head drops the body.
   * @param length The `content-length` to add, or undefined to add none.
   */
  whole(head: Head, body: Uint8Array, length: number | undefined): void
  /** Sends a head. Calls of `part` and `end` follow. */
  head(head: Head): void
  /** Sends a part of the body. Resolves when more may be sent. */
  part(bytes: Uint8Array): Promise<void>
  /** Sends the last part of the body, and the trailers if there are any. */
  end(bytes: Uint8Array, trailers?: HeaderList): void
  /** Aborts a response of which a part was sent. */
  abort(error: unknown): void
  /** Sends a 103. It is undefined if the server has no early hints. */
  hint?(links: readonly string[]): void
  /** Sends head and body from a file. It is undefined if the server sends no files. */
  readonly file?: ((path: string, head: Head) => Promise<void>) | undefined
  /** Keeps the information of `http.response.debug`. It is undefined outside of tests. */
  debug?(info: Readonly<Record<string, unknown>>): void
}

interface Successor {
  readonly send: Send
}

/** Converts the messages of an app into calls of a wire. An invalid message rejects `send`. */
export class Responder {
  /**
   * Accepts a message. It never throws, and its rejections are marked as handled, so a forgotten `await`
   * cannot end the process. It returns `SENT` if there is nothing to wait for.
   */
  readonly send: Send = (message) => {
    const successor = this.#successor
    if (successor !== undefined) return handled(successor.then((next) => next.send(message)))
    try {
      return this.#accept(message)
    } catch (error) {
      return handled(Promise.reject(error))
    }
  }

  readonly #request: RequestFacts
  readonly #wire: Wire
  #phase: ResponsePhase = 'waiting'
  #head: Head | undefined
  #sent = 0
  #isFile = false
  #trailers: HeaderList | undefined
  #successor: Promise<Successor> | undefined

  constructor(request: RequestFacts, wire: Wire) {
    this.#request = request
    this.#wire = wire
  }

  get phase(): ResponsePhase {
    return this.#phase
  }

  /** Passes all further messages to an exchange that continues this one. Nothing was sent yet. */
  continueBy(successor: Promise<Successor>): void {
    this.#successor = successor
  }

  /** Aborts the response. If nothing was sent to the client, the response can start again. */
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
        throw outOfOrder(String(message.type), 'it is not a message of an http response')
    }
  }

  #start(message: HTTPResponseStartMessage): Promise<void> {
    if (this.#phase !== 'waiting') throw outOfOrder(message.type, 'the response has started')
    const head = readHead(message, this.#request)
    if (head.trailers && !this.#wire.sendsTrailers) throw unsupported('http.response.trailers')
    this.#head = head
    this.#phase = 'started'
    return SENT
  }

  #body(body: Uint8Array, moreBody: boolean): Promise<void> {
    const head = this.#head
    if (head === undefined) throw outOfOrder('http.response.body', 'the response has not started')
    if (this.#phase === 'trailing') throw outOfOrder('http.response.body', 'the body has ended')
    if (this.#isFile) throw outOfOrder('http.response.body', 'a file is being sent')
    assertBytes(body)
    this.#count(body.byteLength, moreBody, head)
    if (this.#phase === 'started' && !moreBody && !head.trailers) {
      this.#whole(head, body)
      return SENT
    }
    if (!head.dropsBody) return this.#part(head, body, moreBody)
    const accepted = this.#part(head, NO_BYTES, moreBody)
    // A dropped body never waits for the client. Without a pause an endless one would block the event
    // loop.
    return moreBody ? turn() : accepted
  }

  /**
   * Checks the length of the body. The client would read the excess of a longer body as the next response,
   * and would wait for the rest of a shorter one.
   */
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
    // If the app sends no body to a HEAD, the length of the body for a GET is unknown.
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
      throw outOfOrder(message.type, 'they follow the last body of a response that announced them')
    }
    this.#trailers = [...(this.#trailers ?? []), ...readTrailers(message)]
    if (message.moreTrailers) return SENT
    this.#wire.end(NO_BYTES, this.#trailers) // throws if they are too large
    this.#phase = 'complete'
    return SENT
  }

  /**
   * Sends early hints. After the beginning of the body a 103 would be read as a part of it, so it is
   * dropped.
   */
  #hint(links: readonly string[]): Promise<void> {
    const type = 'http.response.early_hint'
    if (this.#wire.hint === undefined) throw unsupported(type)
    if (this.#phase === 'waiting') throw outOfOrder(type, 'the response has not started')
    assertLinks(links)
    if (this.#phase === 'started' && this.#request.httpVersion !== '1.0') this.#wire.hint(links)
    return SENT
  }

  #file(path: string): Promise<void> {
    const type = 'http.response.pathsend'
    const head = this.#head
    if (this.#wire.file === undefined) throw unsupported(type)
    if (head === undefined || this.#phase !== 'started') {
      throw outOfOrder(type, 'it comes once, right after the start')
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
      // If the file is missing, another response can be sent.
      if (!(error instanceof ClientDisconnected)) this.abort(error)
      throw error
    }
  }

  #debug(info: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#wire.debug === undefined) throw unsupported('http.response.debug')
    if (this.#phase !== 'waiting')
      throw outOfOrder('http.response.debug', 'the response has started')
    this.#wire.debug(info)
    return SENT
  }
}
