/** Delivers many missed messages no faster than they are read, unless a reader is too slow. */
import { endsWithin } from '../internal/deadline.ts'
import type { CatchUp } from './backend.ts'
import { ChannelMessage, type Position } from './message.ts'
import type { Subscriber } from './subscription.ts'

/** If a subscriber reads nothing for this time, delivery no longer waits for it. */
const PATIENCE_MS = 200
/**
 * Delivery waits for each subscriber this long in total: a slow one must not delay new messages for the
 * others.
 */
const BUDGET_MS = 5000

export class Pacing implements CatchUp {
  readonly #channel: string
  readonly #subscribers: ReadonlySet<Subscriber>
  /** The remaining waiting time of each subscriber, in milliseconds, after the first wait. */
  readonly #budgets = new Map<Subscriber, number>()

  constructor(channel: string, subscribers: ReadonlySet<Subscriber>) {
    this.#channel = channel
    this.#subscribers = subscribers
  }

  room(size: number): Promise<void> | undefined {
    for (const subscriber of this.#subscribers) {
      if (this.#isAwaited(subscriber, size)) return this.#wait(size)
    }
    return undefined
  }

  deliver(content: string | Uint8Array, position?: Position): void {
    const message = new ChannelMessage(this.#channel, content, position)
    for (const subscriber of this.#subscribers) subscriber.push(message, true)
  }

  #isAwaited(subscriber: Subscriber, size: number): boolean {
    return !subscriber.hasRoom(size) && this.#budgetOf(subscriber) > 0
  }

  #budgetOf(subscriber: Subscriber): number {
    return this.#budgets.get(subscriber) ?? BUDGET_MS
  }

  /** Waits for all at once, so many slow ones use up their budgets at the same time. */
  async #wait(size: number): Promise<void> {
    const waits: Promise<void>[] = []
    for (const subscriber of this.#subscribers) {
      if (this.#isAwaited(subscriber, size)) waits.push(this.#waitFor(subscriber, size))
    }
    await Promise.all(waits)
  }

  async #waitFor(subscriber: Subscriber, size: number): Promise<void> {
    const end = performance.now() + this.#budgetOf(subscriber)
    while (!subscriber.hasRoom(size)) {
      const patience = Math.min(PATIENCE_MS, end - performance.now())
      if (patience <= 0 || !(await endsWithin(subscriber.room(), patience))) {
        this.#budgets.set(subscriber, 0)
        return
      }
    }
    this.#budgets.set(subscriber, end - performance.now())
  }
}
