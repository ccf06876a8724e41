/** What has come in and not been received: a bounded queue, and the end of it. */
import type { ReceiveMessage, WebSocketReceiveMessage } from '../../../types.ts'

/** Where messages come from; it can be made to wait. */
export interface Source {
  pause(): void
  resume(): void
}

/** How much may wait before the peer is made to. */
export interface InboxLimits {
  readonly maxQueuedMessages: number
  readonly maxQueuedBytes: number
}

type Waiter = (message: ReceiveMessage) => void

interface Queued {
  readonly message: WebSocketReceiveMessage
  readonly size: number
}

/**
 * Messages in the order they came, then the disconnect, again and again.
 *
 * Beyond its limits the source is paused. What the source has read by then comes nevertheless, so one
 * read of the connection, and one message, may go beyond them.
 */
export class Inbox {
  readonly #limits: InboxLimits
  #source: Source | undefined
  #queue: Queued[] = []
  #next = 0
  #size = 0
  #paused = false
  #end: WebSocketReceiveMessage | undefined
  #discards = false
  /** Most of the time there is one, and no list for it. */
  #waiter: Waiter | undefined
  #laterWaiters: Waiter[] | undefined

  constructor(limits: InboxLimits) {
    this.#limits = limits
  }

  /** Whether the peer is made to wait. */
  get paused(): boolean {
    return this.#paused
  }

  open(source: Source): void {
    this.#source = source
  }

  receive(): Promise<ReceiveMessage> {
    const message = this.#take()
    if (message !== undefined) return Promise.resolve(message)
    return new Promise((resolve) => {
      if (this.#waiter === undefined) this.#waiter = resolve
      else {
        this.#laterWaiters ??= []
        this.#laterWaiters.push(resolve)
      }
    })
  }

  put(message: WebSocketReceiveMessage, size: number): void {
    if (this.#discards || this.#end !== undefined) return
    const waiter = this.#waiter
    if (waiter !== undefined) {
      this.#waiter = this.#laterWaiters?.shift()
      waiter(message)
      return
    }
    this.#queue.push({ message, size })
    this.#size += size
    if (!this.#paused && this.#exceeds(1)) {
      this.#paused = true
      this.#source?.pause()
    }
  }

  /** After what has come there is only this; the first word counts. */
  end(message: WebSocketReceiveMessage): void {
    if (this.#end !== undefined) return
    this.#end = message
    for (; this.#waiter !== undefined; this.#waiter = this.#laterWaiters?.shift()) {
      this.#waiter(message)
    }
  }

  /** Nobody is going to receive any more: what comes is read, and forgotten. */
  discard(): void {
    this.#discards = true
    this.#queue = []
    this.#next = 0
    this.#size = 0
    this.#resume()
  }

  #take(): WebSocketReceiveMessage | undefined {
    const queued = this.#queue[this.#next]
    if (queued === undefined) return this.#end
    this.#next++
    this.#size -= queued.size
    if (this.#next === this.#queue.length) {
      this.#queue = []
      this.#next = 0
    }
    if (this.#paused && !this.#exceeds(0.5)) this.#resume()
    return queued.message
  }

  /** Going on only at half of the limits: not one stop and start for each message. */
  #exceeds(share: number): boolean {
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits
    const count = this.#queue.length - this.#next
    return count > maxQueuedMessages * share || this.#size > maxQueuedBytes * share
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#source?.resume()
  }
}
