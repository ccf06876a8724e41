/** The unread messages of one subscriber, up to a limit, with the gaps between them. */
import { type ChannelGap, type ChannelMessage, joinGaps } from './message.ts'

/** The rule for more unread messages than the limit. */
export type Overflow = 'drop-oldest' | 'drop-newest' | 'disconnect'

interface BacklogLimits {
  readonly overflow: Overflow
  /** Maximum number of messages. */
  readonly count: number
  /** Maximum bytes of the messages; a single message always fits. */
  readonly size: number
}

/** Empty slots are released if there are at least this many, and at least as many as used ones. */
const SPARE = 64

export class Backlog {
  readonly #limits: BacklogLimits
  #messages: (ChannelMessage | undefined)[] = []
  #head = 0
  /** The number of removed messages, which is the number of the first slot. */
  #gone = 0
  #size = 0
  /** The gaps, by the number of the message after them. A gap takes no slot. */
  readonly #gaps = new Map<number, ChannelGap[]>()
  #dropped = 0

  constructor(limits: BacklogLimits) {
    this.#limits = limits
  }

  get dropped(): number {
    return this.#dropped
  }

  get #count(): number {
    return this.#messages.length - this.#head
  }

  /** Whether a message of this size fits without dropping another one. */
  fits(size: number): boolean {
    if (this.#count === 0) return true
    return this.#count < this.#limits.count && this.#size + size <= this.#limits.size
  }

  /**
   * Adds a message by the overflow rule; false if there is no room and the rule is to disconnect.
   *
   * @param recordsGap Whether dropped messages are recorded as a gap.
   */
  push(message: ChannelMessage, recordsGap = false): boolean {
    const { overflow } = this.#limits
    if (overflow !== 'drop-oldest' && !this.fits(message.size)) {
      this.#dropped++
      if (recordsGap) this.pushGap({ channel: message.channel, missed: 1 })
      return overflow !== 'disconnect'
    }
    while (!this.fits(message.size)) {
      this.#dropOldest(recordsGap)
    }
    this.#messages.push(message)
    this.#size += message.size
    return true
  }

  pushGap(gap: ChannelGap): void {
    this.#addGap(this.#gone + this.#count, gap)
  }

  /** Removes and returns the oldest message or gap; undefined if it is empty. */
  shift(): ChannelMessage | ChannelGap | undefined {
    const gaps = this.#gaps.get(this.#gone)
    const gap = gaps?.shift()
    if (gap !== undefined) return gap
    if (gaps !== undefined) this.#gaps.delete(this.#gone)
    return this.#shiftMessage()
  }

  clear(): void {
    this.#messages = []
    this.#head = 0
    this.#size = 0
    this.#gaps.clear()
  }

  #shiftMessage(): ChannelMessage | undefined {
    const message = this.#messages[this.#head]
    if (message === undefined) return undefined
    // Array.shift would move all other messages if there are many.
    this.#messages[this.#head++] = undefined
    this.#gone++
    this.#size -= message.size
    if (this.#head >= SPARE && this.#head >= this.#count) {
      this.#messages = this.#messages.slice(this.#head)
      this.#head = 0
    }
    return message
  }

  /** Drops the oldest message. The gaps before it are kept and come before the next message. */
  #dropOldest(recordsGap: boolean): void {
    const gaps = this.#gaps.get(this.#gone) ?? []
    this.#gaps.delete(this.#gone)
    const message = this.#shiftMessage()
    this.#dropped++
    const newGap =
      recordsGap && message !== undefined ? [{ channel: message.channel, missed: 1 }] : []
    const later = this.#gaps.get(this.#gone) ?? []
    this.#gaps.delete(this.#gone)
    for (const gap of [...gaps, ...newGap, ...later]) this.#addGap(this.#gone, gap)
  }

  /** Adds a gap. Gaps of one channel at one place are joined, so lost connections do not accumulate memory. */
  #addGap(place: number, gap: ChannelGap): void {
    const gaps = this.#gaps.get(place)
    if (gaps === undefined) {
      this.#gaps.set(place, [gap])
      return
    }
    const index = gaps.findIndex(({ channel }) => channel === gap.channel)
    const earlier = gaps[index]
    if (earlier === undefined) gaps.push(gap)
    else gaps[index] = joinGaps(earlier, gap)
  }
}
