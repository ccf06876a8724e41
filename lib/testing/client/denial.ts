/** The response with which an app refuses a websocket. */
import { Headers } from '../../http/headers.ts'
import { isBodyless } from '../../http/status.ts'
import { joinBytes } from '../../internal/bytes.ts'
import type { Head } from '../../protocol/head.ts'
import type { Wire } from '../../protocol/response.ts'
import { SENT } from '../../types.ts'

/** How a websocket was closed, by either side. */
export interface Closed {
  readonly code: number
  readonly reason: string
}

/**
 * The error if the app does not accept a websocket.
 *
 * @example
 * await using client = await testClient(app)
 * const error = await client.websocket('/nowhere').catch((error) => error)
 * if (error instanceof WebSocketDenied) console.assert(error.response.status === 403)
 */
export class WebSocketDenied extends Error {
  /** The response to the handshake: the response of the app or, without one, a 403. */
  readonly response: globalThis.Response
  /** The close code and reason of the app, which real clients do not get; undefined if it sent a response. */
  readonly close: Closed | undefined

  constructor(response: globalThis.Response, close?: Closed) {
    const closed = close === undefined ? '' : ` (closed with ${close.code} ${close.reason})`
    super(
      `testClient: the app refused the websocket, by ${response.status}${closed.replace(' )', ')')}.`,
    )
    this.name = 'WebSocketDenied'
    this.response = response
    this.close = close
  }
}

/** Returns the error for a handshake with this response. */
export function deniedError(
  status: number,
  headers: readonly string[],
  body: string | Uint8Array | ReadableStream,
  close?: Closed,
): WebSocketDenied {
  const isEmpty = isBodyless(status) || (!(body instanceof ReadableStream) && body.length === 0)
  const content = isEmpty ? null : body
  const pairs = new Headers([...headers])
  const response = new globalThis.Response(content as BodyInit | null, {
    status,
    headers: [...pairs],
  })
  if (!pairs.has('content-type')) response.headers.delete('content-type')
  return new WebSocketDenied(response, close)
}

/** Collects the response of an app, and calls back when it is complete. */
export class DenialWire implements Wire {
  readonly sendsTrailers = false
  readonly isGone = false
  readonly #onComplete: (error: WebSocketDenied) => void
  #head: Head | undefined
  readonly #parts: Uint8Array[] = []

  constructor(onComplete: (error: WebSocketDenied) => void) {
    this.#onComplete = onComplete
  }

  get isFlushed(): boolean {
    return this.#head !== undefined
  }

  whole(head: Head, body: Uint8Array): void {
    this.#head = head
    this.end(body)
  }

  head(head: Head): void {
    this.#head = head
  }

  part(bytes: Uint8Array): Promise<void> {
    this.#parts.push(new Uint8Array(bytes))
    return SENT
  }

  end(bytes: Uint8Array): void {
    this.part(bytes)
    this.#finish(joinBytes(this.#parts))
  }

  /** The client gets the parts that were sent, then an error. */
  abort(error: unknown): void {
    const parts = this.#parts
    const pull = (controller: ReadableStreamDefaultController): void => {
      const part = parts.shift()
      if (part === undefined) controller.error(error)
      else controller.enqueue(part)
    }
    this.#finish(new ReadableStream({ pull }))
  }

  #finish(body: Uint8Array | ReadableStream): void {
    const { status = 500, headers = [] } = this.#head ?? {}
    this.#onComplete(deniedError(status, headers, body))
  }
}
