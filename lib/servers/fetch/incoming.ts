/** The body of a fetch request as messages, read on demand. */

import { NO_BYTES } from '../../internal/bytes.ts'
import { DISCONNECT } from '../../protocol/received.ts'
import type { ReceiveMessage } from '../../types.ts'

export class Incoming {
  readonly #request: globalThis.Request
  readonly #onLost: () => void
  readonly #waiting: ((message: ReceiveMessage) => void)[] = []
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  /** The pending read; the next one waits for it. */
  #reading: Promise<ReceiveMessage> | undefined
  #remaining: number
  #isComplete = false
  #over = false

  /** @param onLost Called when the body is incomplete, which means that the client has disconnected. */
  constructor(request: globalThis.Request, onLost: () => void) {
    this.#request = request
    this.#onLost = onLost
    const length = request.headers.get('content-length')
    this.#remaining = length === null ? Number.POSITIVE_INFINITY : Number(length)
  }

  receive(): Promise<ReceiveMessage> {
    if (this.#over) return Promise.resolve(DISCONNECT)
    if (this.#isComplete) return new Promise((resolve) => this.#waiting.push(resolve))
    const before = this.#reading
    this.#reading = before === undefined ? this.#read() : before.then(() => this.receive())
    return this.#reading
  }

  /**
   * Called when the exchange is over. Waiting receivers get http.disconnect, and the rest of the body is
   * cancelled.
   */
  end(): void {
    if (this.#over) return
    this.#over = true
    for (const resolve of this.#waiting.splice(0)) resolve(DISCONNECT)
    if (!this.#isComplete) this.#reader?.cancel().catch(() => {})
  }

  async #read(): Promise<ReceiveMessage> {
    this.#reader ??= this.#request.body?.getReader()
    let part: ReadableStreamReadResult<Uint8Array> | undefined
    try {
      part = await this.#reader?.read()
    } catch {
      this.#onLost()
    }
    this.#reading = undefined
    const body = part?.value ?? NO_BYTES
    this.#remaining -= body.byteLength
    const isEnd = part === undefined || part.done
    // Some runtimes report no error for an incomplete body. They leave out the body of a GET.
    if (part?.done && this.#remaining > 0 && Number.isFinite(this.#remaining)) this.#onLost()
    if (this.#over) return DISCONNECT
    // The body ends with the last byte of its declared length, so it need not wait for the end.
    this.#isComplete = isEnd || this.#remaining <= 0
    return { type: 'http.request', body, moreBody: !this.#isComplete }
  }
}
