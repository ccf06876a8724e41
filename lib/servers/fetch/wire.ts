/** Makes one fetch response; `protocol/response.ts` says of what, and in which order. */
import { indexOfName } from '../../http/headers.ts'
import type { Head } from '../../protocol/head.ts'
import type { Wire } from '../../protocol/response.ts'
import { SENT } from '../../types.ts'
import { type FileBody, fixed, makeResponse } from './response.ts'
import { Stream } from './stream.ts'

/** What an exchange does with a response. */
export interface Outlet {
  /** Gives the response to the runtime, once. */
  deliver(response: globalThis.Response): void
  /** Called when the runtime stops reading the body. */
  leave(): void
  /** Called when the last part was sent. */
  end(): void
}

export class FetchWire implements Wire {
  /** Fetch has no place for fields after the body. */
  readonly sendsTrailers = false
  readonly #outlet: Outlet
  readonly #file: FileBody | undefined
  #stream: Stream | undefined
  #isDelivered = false
  #isOver = false
  #isGone = false

  /** @param file Makes a body of a file, if the runtime can. */
  constructor(outlet: Outlet, file?: FileBody) {
    this.#outlet = outlet
    this.#file = file
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Whether the runtime has the response, or its beginning. */
  get isFlushed(): boolean {
    return this.#isDelivered
  }

  /** The client has gone: sends that wait for room are rejected. */
  leave(): void {
    if (this.#isOver) return
    this.#isGone = true
    this.#stream?.leave()
  }

  whole({ status, headers, dropsBody }: Head, body: Uint8Array, length: number | undefined): void {
    if (!dropsBody && body.byteLength > 0) {
      this.#deliver(makeResponse(body, status, headers)) // the runtime counts it
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
    const readable = length === undefined ? stream.readable : fixed(stream.readable, length)
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

  /** The client gets an error in place of the end. */
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
    // Bun would add one with the name of the file, which is not for the client.
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
