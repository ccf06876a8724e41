/** The incoming messages of a websocket that the app has not received yet, and its end. */
import type { ReceiveMessage, WebSocketReceiveMessage } from '../types.ts'

/** Where messages come from. It is paused while the inbox is full. */
export interface Source {
  pause(): void
  resume(): void
}

/** How many messages beyond the limit are kept after the peer has left, since it cannot be paused. */
const LAST_MESSAGES = 1_024

/** Beyond these limits the source is paused; Infinity disables a limit. */
export interface InboxLimits {
  readonly maxQueuedMessages: number
  /** The sum of the sizes that `put()` was given. */
  readonly maxQueuedBytes: number
}

export const NO_LIMITS: InboxLimits = {
  maxQueuedMessages: Number.POSITIVE_INFINITY,
  maxQueuedBytes: Number.POSITIVE_INFINITY,
}

type Waiter = (message: ReceiveMessage) => void

interface Queued {
  readonly message: WebSocketReceiveMessage
  readonly size: number
}

/**
 * Gives messages in the order in which they arrived, then the disconnect, repeatedly.
 *
 * The source is paused after the message that exceeds a limit. A source that cannot be paused, since
 * its connection has ended, may add 1,024 messages more; further ones are dropped.
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
  /** Usually a single one waits, which needs no list. */
  #waiter: Waiter | undefined
  #laterWaiters: Waiter[] | undefined

  constructor(limits: InboxLimits) {
    this.#limits = limits
  }

  /** How many bytes wait. */
  get size(): number {
    return this.#size
  }

  /** Whether the source is paused. */
  get paused(): boolean {
    return this.#paused
  }

  /** How many messages fit before the source is paused; at least one. */
  get room(): number {
    return Math.max(1, this.#limits.maxQueuedMessages + 1 - this.#count)
  }

  /** How many messages fit before further ones are dropped. */
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

  /** Sets the message that follows all others. Later calls change nothing. */
  end(message: WebSocketReceiveMessage): void {
    if (this.#end !== undefined) return
    this.#end = message
    for (; this.#waiter !== undefined; this.#waiter = this.#laterWaiters?.shift()) {
      this.#waiter(message)
    }
  }

  /** The app has ended: messages are dropped from now on. */
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
    // Frees half of the list at a time, since `shift()` moves the whole list.
    if (this.#next * 2 >= this.#queue.length) {
      this.#queue.splice(0, this.#next)
      this.#next = 0
    }
    if (this.#paused && !this.#exceeds(0.5)) this.#resume()
    return queued.message
  }

  /** Resumes at half of the limits, so that a full inbox does not pause and resume per message. */
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
