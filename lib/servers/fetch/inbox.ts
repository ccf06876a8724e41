/** What has come in on a websocket and was not received yet, and the end of it. */
import type { ReceiveMessage } from '../../types.ts'

/** What a message takes besides its content. */
const OVERHEAD = 64

export class Inbox {
  readonly #queue: { readonly message: ReceiveMessage; readonly size: number }[] = []
  /** Where the first of them is: to shift a long list moves all of it. */
  #next = 0
  readonly #waiting: ((message: ReceiveMessage) => void)[] = []
  #size = 0
  #end: ReceiveMessage | undefined

  /** How many bytes wait. */
  get size(): number {
    return this.#size
  }

  /** Whether the end is known, though it may not have been received. */
  get ended(): boolean {
    return this.#end !== undefined
  }

  receive(): Promise<ReceiveMessage> {
    const next = this.#queue[this.#next]
    if (next !== undefined) {
      this.#next++
      if (this.#next * 2 >= this.#queue.length) this.#forget()
      this.#size -= next.size
      return Promise.resolve(next.message)
    }
    if (this.#end !== undefined) return Promise.resolve(this.#end)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Lets go of what was taken, half of the list at a time. */
  #forget(): void {
    this.#queue.splice(0, this.#next)
    this.#next = 0
  }

  put(message: ReceiveMessage, length: number): void {
    if (this.#end !== undefined) return
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) {
      waiting(message)
      return
    }
    const size = length + OVERHEAD
    this.#queue.push({ message, size })
    this.#size += size
  }

  /** After what has come there is only this, again and again; the first word counts. */
  end(message: ReceiveMessage): void {
    if (this.#end !== undefined) return
    this.#end = message
    for (const resolve of this.#waiting.splice(0)) resolve(message)
  }
}
