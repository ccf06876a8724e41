/** What waits for one subscriber: messages up to a limit, and the gaps between them. */
import { type ChannelGap, type ChannelMessage, joinGaps } from './message.ts'

/** What happens when there are more messages than may wait. */
export type Overflow = 'drop-oldest' | 'drop-newest' | 'disconnect'

export interface BacklogLimits {
  readonly overflow: Overflow
  /** The most messages. */
  readonly count: number
  /** The most bytes of them, but one message may always wait. */
  readonly size: number
}

/** Emptied places are given back when there are as many as this, and as many as are taken. */
const SPARE = 64

export class Backlog {
  readonly #limits: BacklogLimits
  #messages: (ChannelMessage | undefined)[] = []
  #head = 0
  /** How many messages have gone; with it, places keep their number. */
  #gone = 0
  #size = 0
  /** Gaps by the number of the message that they come before; they take no place. */
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

  /** Whether a message of a size can be added without dropping one. */
  fits(size: number): boolean {
    if (this.#count === 0) return true
    return this.#count < this.#limits.count && this.#size + size <= this.#limits.size
  }

  /**
   * Adds a message by the rule for overflow; false when there is no place and the rule is to end.
   *
   * @param tells Whether a gap stands where messages are dropped for it.
   */
  push(message: ChannelMessage, tells = false): boolean {
    const { overflow } = this.#limits
    if (overflow !== 'drop-oldest' && !this.fits(message.size)) {
      this.#dropped++
      if (tells) this.pushGap({ channel: message.channel, missed: 1 })
      return overflow !== 'disconnect'
    }
    while (!this.fits(message.size)) {
      this.#dropOldest(tells)
    }
    this.#messages.push(message)
    this.#size += message.size
    return true
  }

  pushGap(gap: ChannelGap): void {
    this.#addGap(this.#gone + this.#count, gap)
  }

  /** What came first, and is taken out; nothing when nothing waits. */
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
    // Not Array.shift, which moves all the others when they are many.
    this.#messages[this.#head++] = undefined
    this.#gone++
    this.#size -= message.size
    if (this.#head >= SPARE && this.#head >= this.#count) {
      this.#messages = this.#messages.slice(this.#head)
      this.#head = 0
    }
    return message
  }

  /** The gaps before it stay, and so come before the next. */
  #dropOldest(tells: boolean): void {
    const gaps = this.#gaps.get(this.#gone) ?? []
    this.#gaps.delete(this.#gone)
    const message = this.#shiftMessage()
    this.#dropped++
    const told = tells && message !== undefined ? [{ channel: message.channel, missed: 1 }] : []
    const later = this.#gaps.get(this.#gone) ?? []
    this.#gaps.delete(this.#gone)
    for (const gap of [...gaps, ...told, ...later]) this.#addGap(this.#gone, gap)
  }

  /** One gap of each channel in one place: however often the connection breaks, no more wait. */
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
