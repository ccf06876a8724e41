/** A subscriber, whose unread messages are an async iterable. */
import { Backlog, type Overflow } from './backlog.ts'
import { type ChannelGap, ChannelMessage, isUpTo, type Position } from './message.ts'

export interface SubscribeOptions {
  /** The number of earlier messages of each channel that come first (0); Infinity for all that are kept. */
  history?: number
  /** Maximum number of unread messages (1024). */
  backlog?: number
  /** Maximum bytes of unread messages (16 MB). */
  backlogSize?: number
  /**
   * What happens at these limits ('drop-oldest'). The oldest or the newest message is dropped and counted in
   * `dropped`, or the subscription ends with a `BacklogOverflow`.
   */
  overflow?: Overflow
  /** Ends the iteration when it aborts; use `websocket.signal` or `request.signal` (none). */
  signal?: AbortSignal
  /**
   * Called, and awaited, if messages were lost on the way to this process, or dropped while it caught up. The
   * call is between the messages before the gap and those after it.
   */
  onGap?: (gap: ChannelGap) => void | Promise<void>
}

/** The error if there are more unread messages than the limit, with `overflow: 'disconnect'`. */
export class BacklogOverflow extends Error {
  override readonly name = 'BacklogOverflow'
}

type Result = IteratorResult<ChannelMessage, undefined>

const DONE: Result = Object.freeze({ done: true, value: undefined })

/**
 * The messages of one or more channels, for one reader.
 *
 * It ends without an error if it is closed, its signal aborts or the channels are closed. Leaving a loop over
 * it closes it, and so does `using`. Unread messages are then dropped.
 */
export interface Subscription extends AsyncIterable<ChannelMessage, undefined>, Disposable {
  /** The names, without duplicates. */
  readonly channels: readonly string[]
  /** The number of messages that were dropped at the limits, whether `onGap` was called or not. */
  readonly dropped: number
  readonly closed: boolean
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  /**
   * Resolves to the next message.
   *
   * @throws BacklogOverflow if the backlog has overflowed; errors of `onGap`.
   */
  next(): Promise<IteratorResult<ChannelMessage, undefined>>
  /** Ends the subscription; may be called more than once. */
  close(): void
}

/** A subscription with the methods that the hub uses. */
export class Subscriber implements Subscription {
  readonly channels: readonly string[]
  readonly ended: Promise<void>
  readonly #release: (subscriber: Subscriber) => void
  readonly #options: SubscribeOptions
  readonly #backlog: Backlog
  #history: readonly ChannelMessage[] = []
  /** The number of these that have been read: `shift()` would move all others each time. */
  #historyRead = 0
  /** The last position of the history of each channel; live messages up to it are already delivered. */
  readonly #covered = new Map<string, Position>()
  #isClosed = false
  #error: BacklogOverflow | undefined
  #end: () => void = () => {}
  /** Resolves when there is room again. */
  #roomWanted: Promise<void> | undefined
  #roomFound: () => void = () => {}
  /** The pending reads. While there is one, no message is unread. */
  readonly #readers: ((result: Result | Promise<Result>) => void)[] = []

  constructor(
    names: readonly string[],
    options: SubscribeOptions,
    release: (subscriber: Subscriber) => void,
  ) {
    const { backlog = 1024, backlogSize = 16_000_000, overflow = 'drop-oldest' } = options
    this.channels = names
    this.#options = options
    this.#release = release
    this.#backlog = new Backlog({ overflow, count: backlog, size: backlogSize })
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    options.signal?.addEventListener('abort', this.close)
    if (options.signal?.aborted) this.close()
  }

  get dropped(): number {
    return this.#backlog.dropped
  }

  get closed(): boolean {
    return this.#isClosed
  }

  // It is neither an async function nor a loop: with ten thousand readers, this call is the cost of a
  // message.
  next(): Promise<Result> {
    const item = this.#shift()
    if (item instanceof ChannelMessage) return Promise.resolve({ done: false, value: item })
    if (item !== undefined) return this.#nextAfter(item)
    if (this.#isClosed) return this.#finish()
    return new Promise((resolve) => this.#readers.push(resolve))
  }

  #shift(): ChannelMessage | ChannelGap | undefined {
    if (this.#historyRead < this.#history.length) return this.#history[this.#historyRead++]
    if (this.#historyRead > 0) this.#forgetHistory()
    const item = this.#backlog.shift()
    if (this.#roomWanted !== undefined) this.#tellRoom()
    return item
  }

  #forgetHistory(): void {
    this.#history = []
    this.#historyRead = 0
  }

  async return(): Promise<Result> {
    this.close()
    return DONE
  }

  [Symbol.asyncIterator](): AsyncIterator<ChannelMessage, undefined> {
    return this
  }

  readonly close = (): void => {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#options.signal?.removeEventListener('abort', this.close)
    this.#forgetHistory()
    this.#backlog.clear()
    this.#tellRoom()
    this.#covered.clear()
    this.#release(this)
    this.#end()
    for (const reader of this.#readers.splice(0)) reader(this.#finish())
  };

  [Symbol.dispose](): void {
    this.close()
  }

  /**
   * Delivers a message.
   *
   * @param recordsGap Whether `onGap` is called for messages that are dropped.
   */
  push(message: ChannelMessage, recordsGap = false): void {
    if (this.#isClosed || this.#isCovered(message)) return
    const reader = this.#readers.shift()
    if (reader !== undefined) reader({ done: false, value: message })
    else if (!this.#backlog.push(message, recordsGap)) this.#overflow()
  }

  /** Whether a message of this size fits without dropping another one. */
  hasRoom(size: number): boolean {
    return this.#isClosed || this.#readers.length > 0 || this.#backlog.fits(size)
  }

  /** Resolves when something has been read, or the subscription has ended. */
  room(): Promise<void> {
    this.#roomWanted ??= new Promise((resolve) => {
      this.#roomFound = resolve
    })
    return this.#roomWanted
  }

  #tellRoom(): void {
    this.#roomWanted = undefined
    this.#roomFound()
  }

  #overflow(): void {
    const { backlog = 1024 } = this.#options
    this.#error = new BacklogOverflow(
      `channels: the subscriber is too slow, ${backlog} messages or their bytes were unread. Raise backlog or backlogSize, or choose another overflow.`,
    )
    this.close()
  }

  /** Records a loss. */
  pushGap(gap: ChannelGap): void {
    if (this.#isClosed) return
    const reader = this.#readers.shift()
    if (reader === undefined) this.#backlog.pushGap(gap)
    else reader(this.#nextAfter(gap))
  }

  /** Puts the history before the live messages, which may overlap it. */
  begin(history: readonly ChannelMessage[]): void {
    if (this.#isClosed) return
    this.#history = history
    this.#historyRead = 0
    for (const { channel, position } of history) {
      if (position !== undefined) this.#covered.set(channel, position)
    }
    const early = drainBacklog(this.#backlog)
    for (const item of early) {
      if (item instanceof ChannelMessage) this.push(item)
      else this.pushGap(item)
    }
  }

  /**
   * Whether the message was in the history. Messages are in order, so the check ends with the first later
   * one.
   */
  #isCovered({ channel, position }: ChannelMessage): boolean {
    if (this.#covered.size === 0) return false
    const last = this.#covered.get(channel)
    if (last === undefined) return false
    if (isUpTo(position, last)) return true
    this.#covered.delete(channel)
    return false
  }

  async #nextAfter(gap: ChannelGap): Promise<Result> {
    try {
      await this.#options.onGap?.(gap)
    } catch (error) {
      this.close()
      throw error
    }
    return this.next()
  }

  /** Ends a read: throws the error once, then reports the end. */
  async #finish(): Promise<Result> {
    const error = this.#error
    this.#error = undefined
    if (error !== undefined) throw error
    return DONE
  }
}

function drainBacklog(backlog: Backlog): (ChannelMessage | ChannelGap)[] {
  const items: (ChannelMessage | ChannelGap)[] = []
  for (let item = backlog.shift(); item !== undefined; item = backlog.shift()) items.push(item)
  return items
}
