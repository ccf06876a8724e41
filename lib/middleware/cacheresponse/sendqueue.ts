/** Queues messages for a client that may be slower than the app. */
import { ByteCollector } from '../../internal/bytes.ts'
import { handled } from '../../internal/handled.ts'
import { SENT, type Send, type SendMessage } from '../../types.ts'

/**
 * Sends messages one after the other. Waiting parts of a body are copied and joined: the app may reuse
 * their memory, and many small messages would take more memory than their bytes.
 */
export class SendQueue {
  readonly #send: Send
  readonly #waiting: SendMessage[] = []
  /** The waiting parts of the body, and whether the last one is among them. */
  #body = new ByteCollector()
  #isLast = false
  #draining: Promise<void> | undefined
  #isBroken = false

  constructor(send: Send) {
    this.#send = send
  }

  /** Resolves when the whole queue was sent; rejects once a message could not be sent. */
  put(message: SendMessage): Promise<void> {
    if (this.#draining !== undefined) {
      if (!this.#isBroken) this.#append(message)
      return this.#draining
    }
    const sent = this.#send(message)
    if (sent === SENT) return sent
    this.#draining = handled(this.#drain(sent)) // reported to every caller of put()
    return this.#draining
  }

  #append(message: SendMessage): void {
    if (message.type === 'http.response.body' && !this.#isLast) {
      if (message.body !== undefined) this.#body.addCopy(message.body)
      this.#isLast = !message.moreBody
      return
    }
    const body = this.#takeBody()
    if (body !== undefined) this.#waiting.push(body)
    this.#waiting.push(message)
  }

  async #drain(sent: Promise<void>): Promise<void> {
    try {
      await sent
      for (;;) {
        const next = this.#waiting.shift() ?? this.#takeBody()
        if (next === undefined) break
        await this.#send(next)
      }
      this.#draining = undefined
    } catch (error) {
      this.#isBroken = true
      this.#waiting.length = 0
      this.#takeBody()
      throw error
    }
  }

  #takeBody(): SendMessage | undefined {
    const [collector, isLast] = [this.#body, this.#isLast]
    if (collector.size === 0 && !isLast) return undefined
    this.#body = new ByteCollector()
    this.#isLast = false
    return { type: 'http.response.body', body: collector.join(), moreBody: !isLast }
  }
}
