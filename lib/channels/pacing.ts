/** Delivers many messages at once no faster than they are read, as far as all who read keep up. */
import { endsWithin } from '../internal/deadline.ts'
import type { CatchUp } from './backend.ts'
import { ChannelMessage, type Position } from './message.ts'
import type { Subscriber } from './subscription.ts'

/** A subscriber that reads nothing for so long is not waited for any more. */
const PATIENCE_MS = 200
/** Nor is any after so long: a slow one must not keep the others from what is new. */
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

  /** For one after the other: the time that all may take together is what matters. */
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
