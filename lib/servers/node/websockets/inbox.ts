/** What has come in and not been received: a bounded queue, and the end of it. */
import type { ReceiveMessage, WebSocketReceiveMessage } from '../../../types.ts'

/** Where messages come from; it can be made to wait. */
export interface Source {
  pause(): void
  resume(): void
}

/** How many messages are kept beyond the limit of a peer that is gone: it cannot be made to wait. */
const LAST_MESSAGES = 1_024

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
 * Beyond its limits the source is paused, so that one message may go beyond them. Of a source that
 * ends, some more are kept; further ones are dropped.
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

  /** How many messages may come before the source is paused; at least one. */
  get room(): number {
    return Math.max(1, this.#limits.maxQueuedMessages + 1 - this.#count)
  }

  /** How many may come before some are dropped. */
  get spare(): number {
    return Math.max(0, this.#limits.maxQueuedMessages + LAST_MESSAGES - this.#count)
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
    if (this.spare === 0) return
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
    // Half of the list at a time: it may never be empty, and to shift it moves all of it.
    if (this.#next * 2 >= this.#queue.length) {
      this.#queue.splice(0, this.#next)
      this.#next = 0
    }
    if (this.#paused && !this.#exceeds(0.5)) this.#resume()
    return queued.message
  }

  /** Going on only at half of the limits: not one stop and start for each message. */
  #exceeds(share: number): boolean {
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits
    return this.#count > maxQueuedMessages * share || this.#size > maxQueuedBytes * share
  }

  get #count(): number {
    return this.#queue.length - this.#next
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#source?.resume()
  }
}
