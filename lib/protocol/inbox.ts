/** Queues the incoming messages of a websocket and its disconnect until the app receives them. */
import type { ReceiveMessage, WebSocketReceiveMessage } from '../types.ts'

/** The source of the messages. It is paused while the inbox is full. */
export interface Source {
  pause(): void
  resume(): void
}

/**
 * The number of messages beyond the limit that are kept after the connection has ended, because the source
 * cannot be paused then.
 */
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

interface QueuedMessage {
  readonly message: WebSocketReceiveMessage
  readonly size: number
}

/**
 * Returns messages in the order in which they arrived, then the disconnect, repeatedly.
 *
 * The source is paused after the message that exceeds a limit. If its connection has ended, it cannot be
 * paused and may add 1,024 more messages. Further ones are dropped.
 */
export class Inbox {
  readonly #limits: InboxLimits
  #source: Source | undefined
  #queue: QueuedMessage[] = []
  #next = 0
  #size = 0
  #paused = false
  #end: WebSocketReceiveMessage | undefined
  #discards = false
  /** Usually only one caller waits, which needs no list. */
  #waiter: Waiter | undefined
  #laterWaiters: Waiter[] | undefined

  constructor(limits: InboxLimits) {
    this.#limits = limits
  }

  /** The size of the queued messages in bytes. */
  get size(): number {
    return this.#size
  }

  /** Whether the source is paused. */
  get paused(): boolean {
    return this.#paused
  }

  /** The number of messages that fit before the source is paused, at least one. */
  get room(): number {
    return Math.max(1, this.#limits.maxQueuedMessages + 1 - this.#count)
  }

  /** The number of messages that fit before further ones are dropped. */
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

  /** Drops all messages from now on, because the app has ended. */
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
    // Half of the list is freed at a time, because `shift()` moves the whole list.
    if (this.#next * 2 >= this.#queue.length) {
      this.#queue.splice(0, this.#next)
      this.#next = 0
    }
    if (this.#paused && !this.#exceeds(0.5)) this.#resume()
    return queued.message
  }

  /**
   * Whether a share of the limits is exceeded. The source resumes at half of the limits: at the limits it
   * would pause and resume for each message.
   */
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
