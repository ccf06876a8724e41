/** Brings what is published in Redis to the channels of this process, and finds what it has missed. */
import { inTime } from '../../redis/deadline.ts'
import type { SendCommand } from '../../redis.ts'
import {
  type ChannelBackend,
  type ChannelListener,
  ChannelsUnavailable,
  type KeptMessage,
} from '../backend.ts'
import { isUpTo, type Position } from '../message.ts'
import type { Dial, Link } from './link.ts'
import {
  append,
  lastOf,
  missedSince,
  type Published,
  parsePublished,
  type StreamLimits,
} from './stream.ts'
import { Uplink } from './uplink.ts'

export interface RelaySettings {
  readonly dial: Dial
  readonly send: SendCommand
  readonly limits: StreamLimits
  readonly prefix: string
  readonly timeoutMs: number
  readonly pingMs: number
}

/** A channel that was asked for. */
interface Feed {
  readonly listener: ChannelListener
  /** Settles what `join` waits for. */
  readonly joined: (error?: unknown) => void
  /** `pending` before it first works, `behind` while something may have been missed. */
  state: 'pending' | 'live' | 'behind'
  /** The last message that was given to the listener. */
  position: Position | undefined
  /** What comes while that which was missed is looked for; without it, what comes is in the stream. */
  held: Uint8Array[] | undefined
}

type Entry = readonly [key: string, feed: Feed]

/** How many channels are asked for in one command, and how many streams are read at a time. */
const CHANNELS_AT_ONCE = 500
const STREAMS_AT_ONCE = 50

export class RedisRelay implements ChannelBackend {
  readonly kept: number
  readonly #settings: RelaySettings
  readonly #uplink: Uplink
  /** By their names in Redis. */
  readonly #feeds = new Map<string, Feed>()
  #link: Link | undefined

  constructor(settings: RelaySettings) {
    const { dial, timeoutMs, pingMs, limits } = settings
    this.#settings = settings
    this.kept = limits.length
    this.#uplink = new Uplink({
      dial,
      timeoutMs,
      pingMs,
      up: (link) => this.#up(link),
      down: () => this.#down(),
      message: (key, payload) => this.#receive(key, payload),
    })
  }

  async publish(channel: string, content: string | Uint8Array): Promise<void> {
    const { send, limits } = this.#settings
    const key = this.#key(channel)
    // A copy, since it may be sent later; of the kind which the clients know bytes by.
    const own = typeof content === 'string' ? content : globalThis.Buffer.from(content)
    await asked('publish', () =>
      this.kept === 0 ? send(['PUBLISH', key, own]) : append(send, key, own, limits),
    )
  }

  async join(channel: string, listener: ChannelListener): Promise<void> {
    const key = this.#key(channel)
    const working = new Promise<void>((resolve, reject) => {
      const joined = (error?: unknown): void => (error === undefined ? resolve() : reject(error))
      const feed: Feed = {
        listener,
        joined,
        state: 'pending',
        position: undefined,
        held: undefined,
      }
      this.#feeds.set(key, feed)
      if (this.#link !== undefined) this.#subscribe(this.#link, [[key, feed]]).catch(() => {})
    })
    this.#uplink.start()
    await asked('subscribe', () => inTime(working, this.#settings.timeoutMs), this.#uplink)
  }

  leave(channel: string): void {
    const key = this.#key(channel)
    if (this.#feeds.delete(key)) this.#link?.unsubscribe(key).catch(() => {})
  }

  async history(channel: string, limit: number): Promise<readonly KeptMessage[]> {
    return asked('history', () => lastOf(this.#settings.send, this.#key(channel), limit))
  }

  async close(): Promise<void> {
    this.#feeds.clear()
    await this.#uplink.close()
  }

  #key(channel: string): string {
    return `${this.#settings.prefix}:${channel}`
  }

  async #up(link: Link): Promise<void> {
    this.#link = link
    for (const all of parts([...this.#feeds], CHANNELS_AT_ONCE)) {
      const feeds = all.filter((entry) => this.#isWanted(entry))
      await this.#subscribe(link, feeds)
      for (const some of parts(feeds, STREAMS_AT_ONCE)) {
        await Promise.all(some.map((entry) => this.#catchUp(entry)))
      }
    }
  }

  #down(): void {
    this.#link = undefined
    for (const feed of this.#feeds.values()) {
      if (feed.state === 'live') feed.state = 'behind'
      feed.held = undefined
    }
  }

  #isWanted([key, feed]: Entry): boolean {
    return this.#feeds.get(key) === feed
  }

  async #subscribe(link: Link, feeds: readonly Entry[]): Promise<void> {
    if (feeds.length === 0) return
    const keys = feeds.map(([key]) => key)
    if (this.kept === 0) {
      for (const [, feed] of feeds) if (feed.state === 'behind') feed.held = []
    }
    try {
      await inTime(link.subscribe(keys), this.#settings.timeoutMs)
    } catch (error) {
      // A connection that was lost is followed by another; what Redis refuses, it will refuse again.
      if (this.#link === link) for (const [, feed] of feeds) feed.joined(error)
      throw error
    }
    await Promise.all(feeds.map((entry) => this.#begin(link, entry)))
  }

  /** With a stream, where it ends is where a search for what was missed would begin. */
  async #begin(link: Link, [key, feed]: Entry): Promise<void> {
    if (feed.state !== 'pending') return
    try {
      const [last] = this.kept === 0 ? [] : await lastOf(this.#settings.send, key, 1)
      if (this.#link !== link) return // the next one begins again
      feed.position ??= last?.position
      feed.state = 'live'
      feed.joined()
    } catch (error) {
      feed.joined(error)
    }
  }

  async #catchUp(entry: Entry): Promise<void> {
    const [key, feed] = entry
    if (feed.state !== 'behind' || !this.#isWanted(entry)) return
    if (this.kept === 0) feed.listener.gap()
    else await this.#readMissed(key, feed)
    if (feed.held === undefined) return // lost again, which is looked after
    feed.state = 'live'
    const { held } = feed
    feed.held = undefined
    for (const payload of held) this.#deliver(feed, payload)
  }

  async #readMissed(key: string, feed: Feed): Promise<void> {
    const held: Uint8Array[] = []
    feed.held = held
    const { messages, lost } = await missedSince(this.#settings.send, key, feed.position)
    if (feed.held !== held) return
    if (lost !== 0) feed.listener.gap(lost)
    for (const { content, position } of messages) {
      feed.position = position
      feed.listener.deliver(content, position)
    }
  }

  #receive(key: string, payload: Uint8Array): void {
    const feed = this.#feeds.get(key)
    if (feed === undefined) return
    if (feed.state === 'behind') feed.held?.push(payload)
    else this.#deliver(feed, payload)
  }

  #deliver(feed: Feed, payload: Uint8Array): void {
    const { content, position }: Published =
      this.kept === 0 ? { content: payload, position: undefined } : parsePublished(payload)
    // What was read from the stream may come live later than it was read.
    if (isUpTo(position, feed.position)) return
    feed.position = position ?? feed.position
    // A copy: the client's is a part of all that came with it, which it would keep from being freed.
    feed.listener.deliver(new Uint8Array(content), position)
  }
}

function parts<Item>(items: readonly Item[], size: number): readonly Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

/** What an action gives, or why it could not be done. */
async function asked<Value>(
  what: string,
  action: () => Promise<Value>,
  uplink?: Uplink,
): Promise<Value> {
  try {
    return await action()
  } catch (error) {
    const cause = uplink?.failure ?? error
    throw new ChannelsUnavailable(
      `channels: ${what} failed, ${cause instanceof Error ? cause.message : String(cause)}. Look whether Redis runs and can be reached.`,
      { cause },
    )
  }
}
