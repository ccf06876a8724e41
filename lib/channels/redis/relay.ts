/** Delivers messages from Redis to the channels of this process, missed ones included. */

import { inTime } from '../../internal/deadline.ts'
import { handled } from '../../internal/handled.ts'
import { isReply, messageOf } from '../../redis/breaker.ts'
import { mayHaveRun } from '../../redis/outcome.ts'
import type { SendCommand } from '../../redis.ts'
import {
  type ChannelBackend,
  type ChannelListener,
  ChannelsUnavailable,
  type KeptMessage,
} from '../backend.ts'
import { type Dial, type Link, Uplink } from '../uplink.ts'
import { catchUp } from './catchup.ts'
import { ConcurrencyLimit } from './concurrency.ts'
import { Feed } from './feed.ts'
import { Session } from './session.ts'
import { append, lastPositions, Pages, type StreamLimits } from './stream.ts'

interface RelaySettings {
  readonly dial: Dial
  readonly send: SendCommand
  readonly limits: StreamLimits
  readonly prefix: string
  readonly timeoutMs: number
  readonly pingMs: number
}

/** The maximum number of channels in one subscribe command, and of streams that are read at a time. */
const CHANNELS_AT_ONCE = 500
const STREAMS_AT_ONCE = 16
/** How long an unanswered page is retried, as a multiple of the timeout. */
const PATIENCE = 3

export class RedisRelay implements ChannelBackend {
  readonly kept: number
  readonly #settings: RelaySettings
  readonly #uplink: Uplink
  /** The feeds, by their names in Redis. */
  readonly #feeds = new Map<string, Feed>()
  /** Feeds that wait for a subscription; many are subscribed together. */
  #joining: Feed[] = []
  #isJoining = false
  /** The time when the last step was completed for which callers wait. */
  #steppedAt = 0
  #session: Session | undefined
  readonly #limit = new ConcurrencyLimit(STREAMS_AT_ONCE)
  readonly #sender: string
  #sent = 0

  constructor(settings: RelaySettings) {
    const { dial, timeoutMs, pingMs, limits, prefix } = settings
    this.#settings = settings
    this.kept = limits.length
    // It has a control character, so no channel has this name.
    this.#sender = `${prefix}:\0${crypto.randomUUID()}`
    this.#uplink = new Uplink({
      dial,
      timeoutMs,
      pingMs,
      up: (link) => this.#up(link),
      down: () => this.#down(),
      message: (key, payload) => this.#feeds.get(key)?.receive(payload),
    })
  }

  async publish(channel: string, content: string | Uint8Array): Promise<void> {
    const { send, limits } = this.#settings
    const key = this.#key(channel)
    // It is copied because it may be sent later. It is a Buffer because the clients accept no other bytes.
    const own = typeof content === 'string' ? content : globalThis.Buffer.from(content)
    if (this.kept === 0) {
      await attempt('publish', () => send(['PUBLISH', key, own]))
      return
    }
    const sender = { key: this.#sender, number: ++this.#sent }
    await attempt('publish', () => append(send, key, own, limits, sender))
  }

  async join(channel: string, listener: ChannelListener): Promise<void> {
    const feed = new Feed(this.#key(channel), listener, this.kept > 0)
    this.#feeds.set(feed.key, feed)
    this.#joining.push(feed)
    if (this.#session !== undefined) void this.#joinSoon(this.#session)
    this.#uplink.start()
    await this.#working(feed)
  }

  async confirm(channel: string): Promise<void> {
    const feed = this.#feeds.get(this.#key(channel))
    if (feed === undefined) return
    if (!feed.works) await this.#working(feed)
    const { timeoutMs } = this.#settings
    const session = this.#session
    if (session !== undefined) await attempt('subscribe', () => session.look(timeoutMs))
  }

  leave(channel: string): void {
    const key = this.#key(channel)
    // If it fails, the messages of the channel are ignored here.
    if (this.#feeds.delete(key)) this.#session?.link.unsubscribe(key).catch(() => {})
  }

  async history(channel: string, limit: number): Promise<readonly KeptMessage[]> {
    const pages = new Pages(this.#settings.send, this.#key(channel))
    return attempt('history', () => this.#limit.run(() => pages.last(limit)))
  }

  async close(): Promise<void> {
    this.#feeds.clear()
    await this.#uplink.close()
    await this.#limit.idle()
  }

  #key(channel: string): string {
    return `${this.#settings.prefix}:${channel}`
  }

  /**
   * Waits for a feed. The time limit restarts with each completed step, because steps run one after another.
   */
  #working(feed: Feed): Promise<void> {
    const { timeoutMs } = this.#settings
    const isUnderWay = (): boolean =>
      this.#session !== undefined && performance.now() - this.#steppedAt < timeoutMs
    return attempt('subscribe', () => feed.working(timeoutMs, isUnderWay), this.#uplink)
  }

  async #up(link: Link): Promise<void> {
    const session = new Session(link)
    this.#session = session
    this.#joining = []
    await this.#subscribeAll(session, [...this.#feeds.values()])
  }

  #down(): void {
    this.#session?.lost.abort()
    this.#session = undefined
    for (const feed of this.#feeds.values()) feed.lose()
  }

  /** Subscribes to all feeds that were joined in the same turn. */
  async #joinSoon(session: Session): Promise<void> {
    if (this.#isJoining) return
    this.#isJoining = true
    await undefined
    try {
      while (this.#joining.length > 0 && this.#session === session) {
        await this.#subscribeAll(session, this.#joining.splice(0))
      }
    } catch {
      // The callers already have the error, and a lost connection is replaced.
    } finally {
      this.#isJoining = false
      if (this.#joining.length > 0 && this.#session !== undefined) {
        void this.#joinSoon(this.#session)
      }
    }
  }

  async #subscribeAll(session: Session, feeds: readonly Feed[]): Promise<void> {
    for (const some of parts(feeds, CHANNELS_AT_ONCE)) {
      this.#steppedAt = performance.now()
      await this.#subscribe(session, some)
    }
  }

  #isWanted(feed: Feed): boolean {
    return this.#feeds.get(feed.key) === feed
  }

  async #subscribe(session: Session, all: readonly Feed[]): Promise<void> {
    const feeds = all.filter((feed) => this.#isWanted(feed))
    if (feeds.length === 0) return
    if (this.kept === 0) for (const feed of feeds) feed.hold()
    try {
      const keys = feeds.map(({ key }) => key)
      await inTime(session.link.subscribe(keys), this.#settings.timeoutMs)
    } catch (error) {
      if (this.#session !== session) throw error // a new connection follows
      if (isReply(error)) return this.#subscribeApart(session, feeds, error)
      for (const feed of feeds) feed.settle(error)
      throw error
    }
    await this.#begin(session, feeds)
  }

  /** Subscribes one by one, because Redis would refuse the same command again. */
  async #subscribeApart(session: Session, feeds: readonly Feed[], error: unknown): Promise<void> {
    if (feeds.length === 1) {
      for (const feed of feeds) refuse(feed, error)
      return
    }
    for (const half of parts(feeds, Math.ceil(feeds.length / 2))) {
      await this.#subscribe(session, half)
    }
  }

  async #begin(session: Session, feeds: readonly Feed[]): Promise<void> {
    await this.#locate(
      session,
      feeds.filter(({ state }) => state === 'pending'),
    )
    if (this.#session !== session) return // the next connection starts anew
    for (const feed of feeds.filter(({ state }) => state === 'behind')) {
      feed.state = 'catching up'
      feed.settle()
      if (this.kept === 0) tellGap(feed)
      else handled(this.#limit.run(() => this.#catchUp(session, feed)))
    }
  }

  /** Records the ends of streams, where a search for missed messages would begin. */
  async #locate(session: Session, feeds: readonly Feed[]): Promise<void> {
    if (this.kept === 0 || feeds.length === 0) {
      for (const feed of feeds) feed.goLive()
      return
    }
    const keys = feeds.map(({ key }) => key)
    const found = await lastPositions(this.#settings.send, keys).catch((error: unknown) =>
      feeds.map(() => (error instanceof Error ? error : new Error(String(error)))),
    )
    if (this.#session !== session) return
    for (const [index, feed] of feeds.entries()) {
      const last = found[index]
      if (last instanceof Error) {
        feed.settle(last)
        continue
      }
      feed.position ??= last
      feed.goLive()
    }
  }

  async #catchUp({ lost: { signal } }: Session, feed: Feed): Promise<void> {
    if (signal.aborted) return
    const { send, timeoutMs } = this.#settings
    const patienceMs = PATIENCE * timeoutMs
    await catchUp(feed, { send, patienceMs, signal, isWanted: () => this.#isWanted(feed) })
  }
}

function refuse(feed: Feed, error: unknown): void {
  feed.settle(error)
  if (feed.state === 'behind') feed.listener.gap()
}

/** Reports a gap and delivers the held messages: without a stream, missed messages are lost. */
function tellGap(feed: Feed): void {
  feed.listener.gap()
  while (feed.nextSize !== undefined) {
    feed.release(feed.listener)
  }
  feed.goLive()
}

function parts<Item>(items: readonly Item[], size: number): readonly Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

/** Resolves to the result of an action; rejects with the backend's error. */
async function attempt<Value>(
  what: string,
  action: () => Promise<Value>,
  uplink?: Uplink,
): Promise<Value> {
  try {
    return await action()
  } catch (error) {
    const cause = uplink?.failure ?? error
    const isOpen = what === 'publish' && mayHaveRun(error)
    const outcome = isOpen ? ' The message may have been published.' : ''
    throw new ChannelsUnavailable(
      `channels: ${what} failed, ${messageOf(cause)}.${outcome} Check that Redis runs and can be reached.`,
      { cause },
    )
  }
}
