/** The subscribers of this process, by channel. */
import type { ChannelBackend } from './backend.ts'
import { ChannelMessage } from './message.ts'
import { Pacing } from './pacing.ts'
import { type SubscribeOptions, Subscriber } from './subscription.ts'

/** A channel with at least one subscriber in this process. */
interface Feed {
  readonly subscribers: Set<Subscriber>
  readonly joined: Promise<void>
}

export class Hub {
  readonly #backend: ChannelBackend
  readonly #feeds = new Map<string, Feed>()
  readonly #subscriptions = new Set<Subscriber>()

  constructor(backend: ChannelBackend) {
    this.#backend = backend
  }

  /** Resolves when the subscriber has its history and gets live messages, or when it has ended. */
  async subscribe(names: readonly string[], options: SubscribeOptions): Promise<Subscriber> {
    const subscription = new Subscriber(names, options, (ended) => this.#release(ended))
    if (subscription.closed) return subscription
    this.#subscriptions.add(subscription)
    try {
      const histories = Promise.all(
        names.map((name) => this.#enter(name, subscription, options.history ?? 0)),
      )
      const before = await Promise.race([histories, subscription.ended])
      subscription.begin(before?.flat() ?? [])
      return subscription
    } catch (error) {
      subscription.close()
      throw error
    }
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.close()
  }

  /** Joins the channel first, then reads the history: messages sent in between are live and in the history. */
  async #enter(
    name: string,
    subscription: Subscriber,
    limit: number,
  ): Promise<readonly ChannelMessage[]> {
    const feed = this.#feeds.get(name) ?? this.#open(name)
    feed.subscribers.add(subscription)
    await feed.joined
    await this.#backend.confirm?.(name)
    if (limit === 0) return []
    const kept = await this.#backend.history(name, Math.min(limit, this.#backend.kept))
    return kept.map(({ content, position }) => new ChannelMessage(name, content, position))
  }

  #open(name: string): Feed {
    const subscribers = new Set<Subscriber>()
    const joined = this.#backend.join(name, {
      deliver(content, position) {
        const message = new ChannelMessage(name, content, position)
        for (const subscription of subscribers) subscription.push(message)
      },
      gap(missed) {
        const gap = { channel: name, missed }
        for (const subscription of subscribers) subscription.pushGap(gap)
      },
      catchUp: () => new Pacing(name, subscribers),
    })
    const feed = { subscribers, joined }
    this.#feeds.set(name, feed)
    joined.catch(() => this.#shut(name, feed)) // the next subscriber tries again
    return feed
  }

  #release(subscription: Subscriber): void {
    if (!this.#subscriptions.delete(subscription)) return
    for (const name of subscription.channels) {
      const feed = this.#feeds.get(name)
      if (feed?.subscribers.delete(subscription) && feed.subscribers.size === 0) {
        this.#shut(name, feed)
      }
    }
  }

  #shut(name: string, feed: Feed): void {
    if (this.#feeds.get(name) !== feed) return
    this.#feeds.delete(name)
    this.#backend.leave(name)
  }
}
