/** The messages that an app sends to a test. The app waits if too many are unread, as on a network. */
import { SENT } from '../../types.ts'

/** The bytes that may be unread before a sender waits. Each message counts 16 bytes more. */
const MOST_BYTES = 65_536
const PER_MESSAGE = 16

/** Settles waiting readers and senders at the end. */
interface End<Message> {
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

  /** Returns the next message. If none arrives in time, it rejects with the error of `late` and takes none. */
  take(timeout: number = Number.POSITIVE_INFINITY, late?: () => Error): Promise<Message> {
    const first = this.#kept.shift()
    if (first !== undefined) {
      this.#size -= first.size
      if (this.#size <= MOST_BYTES) for (const { resolve } of this.#senders.splice(0)) resolve()
      return Promise.resolve(first.message)
    }
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) {
        resolve(this.#end.take()) // an error rejects the promise
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
      if (late === undefined || timeout >= 2 ** 31) return // too long for a timer
      timer = setTimeout(() => {
        this.#takers.splice(this.#takers.indexOf(taker), 1)
        reject(late())
      }, timeout)
    })
  }

  /** Ends the mailbox. Messages that were sent before can still be taken. */
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
