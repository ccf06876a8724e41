/** Makes one fetch response, as directed by `protocol/response.ts`. */
import { indexOfName } from '../../http/headers.ts'
import type { Head } from '../../protocol/head.ts'
import type { Wire } from '../../protocol/response.ts'
import { SENT } from '../../types.ts'
import { type FileBody, makeResponse, withFixedLength } from './response.ts'
import { Stream } from './stream.ts'

/** The methods of an exchange that the wire calls. */
export interface Outlet {
  /** Passes the response to the runtime, once. */
  deliver(response: globalThis.Response): void
  /** Called when the runtime stops reading the body. */
  leave(): void
  /** Called when the last part was sent. */
  end(): void
}

export class FetchWire implements Wire {
  /** Fetch has no trailers. */
  readonly sendsTrailers = false
  readonly #outlet: Outlet
  readonly #file: FileBody | undefined
  #stream: Stream | undefined
  #isDelivered = false
  #isOver = false
  #isGone = false

  /** @param file Makes a body from a file, if the runtime can. */
  constructor(outlet: Outlet, file?: FileBody) {
    this.#outlet = outlet
    this.#file = file
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Whether the response was passed to the runtime. */
  get isFlushed(): boolean {
    return this.#isDelivered
  }

  /** Called when the client has disconnected: pending sends are rejected. */
  leave(): void {
    if (this.#isOver) return
    this.#isGone = true
    this.#stream?.leave()
  }

  whole({ status, headers, dropsBody }: Head, body: Uint8Array, length: number | undefined): void {
    if (!dropsBody && body.byteLength > 0) {
      this.#deliver(makeResponse(body, status, headers)) // the runtime sets the length
    } else {
      const fields = length === undefined ? headers : [...headers, 'content-length', String(length)]
      this.#deliver(makeResponse(null, status, fields))
    }
    this.#finish()
  }

  head({ status, headers, length, dropsBody }: Head): void {
    if (dropsBody) {
      this.#deliver(makeResponse(null, status, headers))
      return
    }
    const stream = new Stream(() => this.#outlet.leave())
    const readable =
      length === undefined ? stream.readable : withFixedLength(stream.readable, length)
    this.#stream = stream
    this.#deliver(makeResponse(readable, status, headers))
  }

  part(bytes: Uint8Array): Promise<void> {
    return this.#stream?.write(bytes) ?? SENT
  }

  end(bytes: Uint8Array): void {
    this.#stream?.write(bytes)
    this.#stream?.end()
    this.#finish()
  }

  /** Ends the body with an error. */
  abort(error: unknown): void {
    this.#stream?.fail(error)
  }

  get file(): Wire['file'] {
    const makeBody = this.#file
    return makeBody && ((path, head) => this.#deliverFile(makeBody, path, head))
  }

  #deliverFile(makeBody: FileBody, path: string, head: Head): Promise<void> {
    const { status, headers, dropsBody } = head
    const body = dropsBody ? null : makeBody(path)
    // Otherwise, Bun would add one with the name of the file, which the client must not see.
    const isNamed = indexOfName(headers, 'content-disposition') >= 0
    const fields = isNamed ? headers : [...headers, 'content-disposition', 'inline']
    this.#deliver(makeResponse(body, status, fields))
    this.#finish()
    return SENT
  }

  #deliver(response: globalThis.Response): void {
    this.#isDelivered = true
    this.#outlet.deliver(response)
  }

  #finish(): void {
    this.#isOver = true
    this.#outlet.end()
  }
}
