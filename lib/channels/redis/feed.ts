/** A joined channel: its state, its position, and the callers that wait for it. */
import { tooLate, whenLate } from '../../internal/deadline.ts'
import type { ChannelListener } from '../backend.ts'
import { isUpTo, type Position } from '../message.ts'
import { parsePublished } from './stream.ts'

/** The maximum number of messages held at a time. If there is a stream, it contains the others. */
const MOST_HELD = 1000
const MOST_HELD_BYTES = 1_000_000

/**
 * `pending` before the first subscription, `behind` while there is no subscription, `catching up` while
 * missed messages are read.
 */
type FeedState = 'pending' | 'live' | 'behind' | 'catching up'

type Receiver = Pick<ChannelListener, 'deliver'>

interface Waiter {
  settle(error?: unknown): void
}

export class Feed {
  readonly key: string
  readonly listener: ChannelListener
  state: FeedState = 'pending'
  /** The position of the last delivered message. */
  position: Position | undefined
  readonly #hasStream: boolean
  readonly #waiters = new Set<Waiter>()
  #held: Uint8Array[] | undefined
  #heldBytes = 0
  /** Whether all held messages were dropped because there were too many. */
  isOverfull = false

  constructor(key: string, listener: ChannelListener, hasStream: boolean) {
    this.key = key
    this.listener = listener
    this.#hasStream = hasStream
  }

  /** Whether new messages will be delivered, now or after the missed ones. */
  get works(): boolean {
    return this.state === 'live' || this.state === 'catching up'
  }

  /** Settles the promises of `working()`; with an error, rejects them. */
  settle(error?: unknown): void {
    for (const waiter of this.#waiters) waiter.settle(error)
  }

  /**
   * Resolves when new messages will be delivered; rejects if the subscription was refused, or is late.
   *
   * @param isUnderWay Whether to wait for the same time again.
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

  /** Called when the subscription is lost; drops the held messages. */
  lose(): void {
    if (this.state !== 'pending') this.state = 'behind'
    this.#held = undefined
  }

  /** Begins to hold new messages until they are released. */
  hold(): void {
    this.#held = []
    this.#heldBytes = 0
    this.isOverfull = false
  }

  /** The size of the next held message; undefined if no message is held. */
  get nextSize(): number | undefined {
    return this.#held?.[0]?.byteLength
  }

  /** Delivers the first held message, as a missed one. */
  release(to: Receiver): void {
    const payload = this.#held?.shift()
    if (payload === undefined) return
    this.#heldBytes -= payload.byteLength
    this.#pass(payload, to)
  }

  /** Called when no message is missing: new ones are delivered at once. */
  goLive(): void {
    this.state = 'live'
    this.#held = undefined
    this.settle()
  }

  /** Handles a message of the subscription. */
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
    // A message that was read from the stream may arrive by the subscription later.
    if (isUpTo(position, this.position)) return
    this.position = position ?? this.position
    // It is copied because the client's buffer contains everything that arrived with it, and would stay in
    // memory.
    to.deliver(new Uint8Array(content), position)
  }
}
