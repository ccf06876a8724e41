/** The messages that an app sends to a test. The app waits while too many are unread, as on a wire. */
import { SENT } from '../../types.ts'

/** How many bytes may be unread before a sender waits; each message counts some more. */
const MOST_BYTES = 65_536
const PER_MESSAGE = 16

/** How waiting readers and senders are settled at the end. */
export interface End<Message> {
  /** Returns the last message, or throws. */
  readonly take: () => Message
  readonly refusal: () => Error
}

interface Pending<Value> {
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

export class Mailbox<Message> {
  readonly #kept: { readonly message: Message; readonly size: number }[] = []
  #size = 0
  readonly #takers: Pending<Message>[] = []
  readonly #senders: Pending<void>[] = []
  #end: End<Message> | undefined

  /** The messages that have not been taken. */
  get unread(): Message[] {
    return this.#kept.map(({ message }) => message)
  }

  /** Resolves when more may be sent. */
  put(message: Message, bytes: number): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end.refusal())
    const taker = this.#takers.shift()
    if (taker !== undefined) {
      taker.resolve(message)
      return SENT
    }
    const size = bytes + PER_MESSAGE
    this.#kept.push({ message, size })
    this.#size += size
    if (this.#size <= MOST_BYTES) return SENT
    return new Promise((resolve, reject) => this.#senders.push({ resolve, reject }))
  }

  /** The next message; rejects with the error of `late` if none arrives in time, and takes none then. */
  take(timeout: number = Number.POSITIVE_INFINITY, late?: () => Error): Promise<Message> {
    const first = this.#kept.shift()
    if (first !== undefined) {
      this.#size -= first.size
      if (this.#size <= MOST_BYTES) for (const { resolve } of this.#senders.splice(0)) resolve()
      return Promise.resolve(first.message)
    }
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) {
        resolve(this.#end.take()) // what it throws rejects
        return
      }
      let timer: ReturnType<typeof setTimeout> | undefined
      const settled =
        <Value>(settle: (value: Value) => void) =>
        (value: Value): void => {
          clearTimeout(timer)
          settle(value)
        }
      const taker = { resolve: settled(resolve), reject: settled(reject) }
      this.#takers.push(taker)
      if (late === undefined || timeout === Number.POSITIVE_INFINITY) return
      timer = setTimeout(() => {
        this.#takers.splice(this.#takers.indexOf(taker), 1)
        reject(late())
      }, timeout)
    })
  }

  /** No more messages follow; those that were sent can still be taken. */
  end(end: End<Message>): void {
    if (this.#end !== undefined) return
    this.#end = end
    for (const { reject } of this.#senders.splice(0)) reject(end.refusal())
    for (const { resolve, reject } of this.#takers.splice(0)) {
      try {
        resolve(end.take())
      } catch (error) {
        reject(error)
      }
    }
  }
}
