/** A channel that was asked for: how far it has come, and who waits until it works. */
import { tooLate, whenLate } from '../../internal/deadline.ts'
import type { ChannelListener } from '../backend.ts'
import { isUpTo, type Position } from '../message.ts'
import { parsePublished } from './stream.ts'

/** No more of what comes meanwhile is held; where there is a stream, it has that too. */
const MOST_HELD = 1000
const MOST_HELD_BYTES = 1_000_000

/**
 * `pending` before it first works, `behind` while there is no subscription, `catching up` while what was
 * missed is looked for.
 */
export type FeedState = 'pending' | 'live' | 'behind' | 'catching up'

type Receiver = Pick<ChannelListener, 'deliver'>

interface Waiter {
  settle(error?: unknown): void
}

export class Feed {
  readonly key: string
  readonly listener: ChannelListener
  state: FeedState = 'pending'
  /** The last message that was given to the listener. */
  position: Position | undefined
  readonly #hasStream: boolean
  readonly #waiters = new Set<Waiter>()
  #held: Uint8Array[] | undefined
  #heldBytes = 0
  /** More came than is held, and all of it was let go. */
  isOverfull = false

  constructor(key: string, listener: ChannelListener, hasStream: boolean) {
    this.key = key
    this.listener = listener
    this.#hasStream = hasStream
  }

  /** Whether what is published comes, now or after what was missed. */
  get works(): boolean {
    return this.state === 'live' || this.state === 'catching up'
  }

  /** Lets those know who wait until it works, or why it does not. */
  settle(error?: unknown): void {
    for (const waiter of this.#waiters) waiter.settle(error)
  }

  /**
   * Resolves when it works; rejects when it was refused, or does not in time.
   *
   * @param isUnderWay Whether there is reason to wait for once more as long.
   */
  working(timeoutMs: number, isUnderWay: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = {
        settle: (error?: unknown): void => {
          callOff()
          this.#waiters.delete(waiter)
          if (error === undefined) resolve()
          else reject(error)
        },
      }
      const late = (): void => {
        if (isUnderWay()) callOff = whenLate(timeoutMs, late)
        else waiter.settle(tooLate(timeoutMs))
      }
      let callOff = whenLate(timeoutMs, late)
      this.#waiters.add(waiter)
    })
  }

  /** The subscription is lost, and with it what was held. */
  lose(): void {
    if (this.state !== 'pending') this.state = 'behind'
    this.#held = undefined
  }

  /** From now on what comes is held, until it is released. */
  hold(): void {
    this.#held = []
    this.#heldBytes = 0
    this.isOverfull = false
  }

  /** The size of what is released next; undefined when nothing is held. */
  get nextSize(): number | undefined {
    return this.#held?.[0]?.byteLength
  }

  /** Delivers the first of what is held, as one of what was missed. */
  release(to: Receiver): void {
    const payload = this.#held?.shift()
    if (payload === undefined) return
    this.#heldBytes -= payload.byteLength
    this.#pass(payload, to)
  }

  /** Nothing was missed any more; what comes is delivered. */
  goLive(): void {
    this.state = 'live'
    this.#held = undefined
    this.settle()
  }

  /** What comes by the subscription. */
  receive(payload: Uint8Array): void {
    if (this.state === 'pending' || this.state === 'live') {
      this.#pass(payload, this.listener)
    } else if (this.#held !== undefined) {
      this.#keep(this.#held, payload)
    }
  }

  #keep(held: Uint8Array[], payload: Uint8Array): void {
    held.push(payload)
    this.#heldBytes += payload.byteLength
    if (held.length <= MOST_HELD && this.#heldBytes <= MOST_HELD_BYTES) return
    held.splice(0)
    this.#heldBytes = 0
    this.isOverfull = true
  }

  #pass(payload: Uint8Array, to: Receiver): void {
    const { content, position } = this.#hasStream
      ? parsePublished(payload)
      : { content: payload, position: undefined }
    // What was read from the stream may come live later than it was read.
    if (isUpTo(position, this.position)) return
    this.position = position ?? this.position
    // A copy: the client's is a part of all that came with it, which it would keep from being freed.
    to.deliver(new Uint8Array(content), position)
  }
}
