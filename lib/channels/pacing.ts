/** Delivers many missed messages no faster than they are read, while the readers keep up. */
import { endsWithin } from '../internal/deadline.ts'
import type { CatchUp } from './backend.ts'
import { ChannelMessage, type Position } from './message.ts'
import type { Subscriber } from './subscription.ts'

/** A subscriber that reads nothing for this time is no longer waited for. */
const PATIENCE_MS = 200
/** Each subscriber is waited for this long in all: a slow one must not keep the others from new messages. */
const BUDGET_MS = 5000

export class Pacing implements CatchUp {
  readonly #channel: string
  readonly #subscribers: ReadonlySet<Subscriber>
  /** The milliseconds that each may still be waited for, once it has been waited for. */
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

  /** All at once, so that many slow ones use up their budgets together. */
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
