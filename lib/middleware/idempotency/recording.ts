/** Delays a response until it is complete and kept. */
import { withLowerNames } from '../../http/fieldlists.ts'
import { ByteCollector, joinBytes } from '../../internal/bytes.ts'
import { type HTTPResponseStartMessage, SENT, type Send, type SendMessage } from '../../types.ts'
import type { Answer } from './records.ts'

/** Keeps a complete response, or records null if its response is not kept. It never rejects. */
type Keep = (answer: Answer | null) => Promise<void>

export class Recording {
  readonly #send: Send
  readonly #maxSize: number
  readonly #keep: Keep
  #start: HTTPResponseStartMessage | undefined
  readonly #body = new ByteCollector()
  #isStreaming = false
  /** Whether the request has been processed and must not run again. */
  isProcessed = false

  constructor(send: Send, maxSize: number, keep: Keep) {
    this.#send = send
    this.#maxSize = maxSize
    this.#keep = keep
  }

  readonly send: Send = (message) => {
    if (this.#isStreaming || message.type === 'http.response.debug') return this.#send(message)
    if (message.type === 'http.response.start') {
      this.#start = withLowerNames(message)
      return message.trailers || message.status >= 500 ? this.#stream() : SENT
    }
    if (message.type === 'http.response.early_hint') return SENT // the start is still held
    if (message.type !== 'http.response.body') return this.#stream(message)
    const { body, moreBody = false } = message
    if (body !== undefined) this.#body.addCopy(body)
    if (this.#body.size > this.#maxSize) return this.#stream({ type: message.type, moreBody })
    return moreBody ? SENT : this.#end()
  }

  async #end(): Promise<void> {
    const { status = 500, headers = [] } = this.#start ?? {}
    const body = joinBytes(this.#body.take())
    this.isProcessed = true
    await this.#keep({ status, headers, body })
    await this.#pass({ type: 'http.response.body', body, moreBody: false })
  }

  /** Sends the response without keeping it. The request may run again only if it failed. */
  async #stream(message?: SendMessage): Promise<void> {
    this.#isStreaming = true
    if (this.#start !== undefined && this.#start.status < 500) {
      this.isProcessed = true
      await this.#keep(null)
    }
    await this.#pass(message)
  }

  async #pass(message: SendMessage | undefined): Promise<void> {
    this.#isStreaming = true
    if (this.#start !== undefined) await this.#send(this.#start)
    const body = joinBytes(this.#body.take())
    if (body.byteLength > 0) {
      await this.#send({ type: 'http.response.body', body, moreBody: true })
    }
    if (message !== undefined) await this.#send(message)
  }
}
