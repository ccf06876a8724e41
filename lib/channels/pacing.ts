/** Delivers many missed messages no faster than they are read, while the readers keep up. */
import { endsWithin } from '../internal/deadline.ts'
import type { CatchUp } from './backend.ts'
import { ChannelMessage, type Position } from './message.ts'
import type { Subscriber } from './subscription.ts'

/** A subscriber that reads nothing for this time is no longer waited for. */
const PATIENCE_MS = 200
/** After this time none is waited for: a slow one must not keep the others from new messages. */
const LONGEST_MS = 5000

export class Pacing implements CatchUp {
  readonly #channel: string
  readonly #subscribers: ReadonlySet<Subscriber>
  readonly #slow = new Set<Subscriber>()
  readonly #end = performance.now() + LONGEST_MS

  constructor(channel: string, subscribers: ReadonlySet<Subscriber>) {
    this.#channel = channel
    this.#subscribers = subscribers
  }

  room(size: number): Promise<void> | undefined {
    for (const subscriber of this.#subscribers) {
      if (!subscriber.hasRoom(size) && !this.#slow.has(subscriber)) return this.#wait(size)
    }
    return undefined
  }

  deliver(content: string | Uint8Array, position?: Position): void {
    const message = new ChannelMessage(this.#channel, content, position)
    for (const subscriber of this.#subscribers) subscriber.push(message, true)
  }

  /** One after the other, since only the total time matters. */
  async #wait(size: number): Promise<void> {
    for (const subscriber of this.#subscribers) {
      while (!subscriber.hasRoom(size) && !this.#slow.has(subscriber)) {
        if (!(await this.#hasRead(subscriber))) this.#slow.add(subscriber)
      }
    }
  }

  async #hasRead(subscriber: Subscriber): Promise<boolean> {
    const patience = Math.min(PATIENCE_MS, this.#end - performance.now())
    return patience > 0 && endsWithin(subscriber.room(), patience)
  }
}
