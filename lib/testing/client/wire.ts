/** Makes the fetch response of a test. `protocol/response.ts` checks the messages and their order. */
import { ClientDisconnected } from '../../exceptions.ts'
import { Headers } from '../../http/headers.ts'
import { handled } from '../../internal/handled.ts'
import type { Head } from '../../protocol/head.ts'
import type { Wire } from '../../protocol/response.ts'
import { type HeaderList, SENT } from '../../types.ts'
import type { ExchangeMessage } from './recording.ts'

/** A fetch response with more information for tests. */
export interface TestResponse extends globalThis.Response {
  /** The trailers, after the body was read. */
  readonly trailers: Headers
  /** The `Link` values of all 103 responses. */
  readonly earlyHints: readonly string[]
  /** The information of `http.response.debug` messages. */
  readonly debug: Readonly<Record<string, unknown>>
  /** The messages that the app has received and sent so far, in order; empty without `record`. */
  readonly messages: readonly ExchangeMessage[]
}

/** Receives the events of a response. */
export interface Outlet {
  /** The head of a stream is known. */
  deliver(response: TestResponse): void
  /** The last part was sent. */
  end(): void
  /** The test reads no further. */
  leave(reason: unknown): void
}

const PLAIN_TEXT = ['content-type', 'text/plain; charset=utf-8']

export class TestWire implements Wire {
  readonly sendsTrailers = true
  isGone = false
  readonly #outlet: Outlet
  readonly #isHead: boolean
  readonly #extras = {
    ...{ trailers: new Headers(), earlyHints: [] as string[], debug: {} },
    messages: [] as readonly ExchangeMessage[],
  }
  /** Sends that wait until the test has read the parts before. */
  readonly #held: { resolve: () => void; reject: (error: unknown) => void }[] = []
  #parts: ReadableStreamDefaultController<Uint8Array> | undefined
  #whole: TestResponse | undefined

  constructor(outlet: Outlet, isHead: boolean) {
    this.#outlet = outlet
    this.#isHead = isHead
  }

  /** Whether the test has received the head of a stream. */
  get isFlushed(): boolean {
    return this.#parts !== undefined
  }

  /** The whole response, which the test gets when the app has ended; without one, a 500. */
  get answer(): TestResponse {
    const text = this.#isHead ? null : 'Internal Server Error'
    return this.#whole ?? this.#make(500, PLAIN_TEXT, text)
  }

  whole({ status, headers, dropsBody }: Head, body: Uint8Array): void {
    this.#whole = this.#make(status, headers, dropsBody ? null : new Uint8Array(body))
    this.#outlet.end()
  }

  head({ status, headers, dropsBody }: Head): void {
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.#parts = controller
      },
      pull: () => {
        for (const { resolve } of this.#held.splice(0)) resolve()
      },
      cancel: () => this.#outlet.leave(new ClientDisconnected()),
    })
    this.#outlet.deliver(this.#make(status, headers, dropsBody ? null : stream))
  }

  part(bytes: Uint8Array): Promise<void> {
    this.#enqueue(bytes)
    if ((this.#parts?.desiredSize ?? 0) > 0) return SENT
    return handled(new Promise((resolve, reject) => this.#held.push({ resolve, reject })))
  }

  /** The stream stays open until the app has ended; see `close`. */
  end(bytes: Uint8Array, trailers: HeaderList = []): void {
    this.#enqueue(bytes)
    for (const [name, value] of new Headers(trailers)) this.#extras.trailers.append(name, value)
    this.#outlet.end()
  }

  abort(error: unknown): void {
    this.#parts?.error(error)
  }

  hint(links: readonly string[]): void {
    this.#extras.earlyHints.push(...links)
  }

  debug(info: Readonly<Record<string, unknown>>): void {
    Object.assign(this.#extras.debug, info)
  }

  /** The client has disconnected. The reader of the stream and waiting sends get an error. */
  leave(reason: unknown): void {
    this.isGone = true
    this.abort(reason)
    for (const { reject } of this.#held.splice(0)) reject(new ClientDisconnected())
  }

  /** Ends a stream. It does nothing if the test has cancelled the stream. */
  close(): void {
    try {
      this.#parts?.close()
    } catch {
      // The test has cancelled it, or it was aborted.
    }
  }

  #enqueue(bytes: Uint8Array): void {
    if (bytes.byteLength > 0) this.#parts?.enqueue(new Uint8Array(bytes))
  }

  #make(status: number, headers: HeaderList, body: BodyInit | null): TestResponse {
    const fields = new Headers(headers)
    const response = new globalThis.Response(body, { status, headers: [...fields] })
    if (!fields.has('content-type')) response.headers.delete('content-type')
    return Object.assign(response, this.#extras)
  }
}
