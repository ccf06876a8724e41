/** The backend over PostgreSQL: sends messages in batches, and delivers those of notifications. */
import { inTime } from '../../internal/deadline.ts'
import { asText, handled } from '../../internal/handled.ts'
import {
  type ChannelBackend,
  type ChannelListener,
  ChannelsUnavailable,
  type KeptMessage,
} from '../backend.ts'
import type { Position } from '../message.ts'
import { type Dial, Uplink } from '../uplink.ts'
import { type Note, parseNote } from './notes.ts'
import type { MessageTable, OutgoingMessage } from './table.ts'

interface RelaySettings {
  readonly table: MessageTable
  readonly dial: Dial
  readonly history: number
  readonly timeoutMs: number
  readonly pingMs: number
}

/** A joined channel. */
interface Feed {
  readonly listener: ChannelListener
  /** The id of the last message, once the feed has begun; 0 without a history. */
  last: number | undefined
  /** The table of that id. */
  run: number | undefined
}

/** The maximum number of messages in one statement. */
const MOST_TOGETHER = 256

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Messages that are sent in one statement. */
interface Batch {
  readonly messages: OutgoingMessage[]
  readonly sent: Promise<void>
}

export class PostgresRelay implements ChannelBackend {
  readonly kept: number
  readonly #settings: RelaySettings
  readonly #uplink: Uplink
  readonly #feeds = new Map<string, Feed>()
  /** The batch that still accepts messages, and the end of the previous one. */
  #batch: Batch | undefined
  #sent: Promise<unknown> = Promise.resolve()
  #isUp = false
  /** Resolves with the next connection. */
  #next: { readonly up: Promise<void>; readonly resolve: () => void } | undefined
  /**
   * Notifications that wait for earlier ones. All of them wait until a new connection has caught up.
   * Undefined while each notification is delivered at once.
   */
  #queue: Note[] | undefined = []

  constructor(settings: RelaySettings) {
    this.#settings = settings
    this.kept = settings.history
    const { dial, timeoutMs, pingMs } = settings
    this.#uplink = new Uplink({
      dial,
      timeoutMs,
      pingMs,
      up: () => this.#catchUp(),
      down: () => {
        this.#isUp = false
        this.#queue = []
      },
      message: (_, payload) => this.#onNotification(decoder.decode(payload)),
    })
  }

  async publish(channel: string, content: string | Uint8Array): Promise<void> {
    const own = typeof content === 'string' ? content : new Uint8Array(content)
    const batch = this.#openBatch()
    batch.messages.push({ channel, content: own })
    await this.#attempt('publish', batch.sent)
  }

  async join(channel: string, listener: ChannelListener): Promise<void> {
    const feed: Feed = { listener, last: undefined, run: undefined }
    this.#feeds.set(channel, feed)
    this.#uplink.start()
    await this.#attempt('subscribe', this.#begin(channel, feed))
  }

  async confirm(): Promise<void> {
    await this.#attempt('subscribe', this.#whenUp())
  }

  leave(channel: string): void {
    this.#feeds.delete(channel)
  }

  history(channel: string, limit: number): Promise<readonly KeptMessage[]> {
    return this.#attempt('subscribe', this.#settings.table.last(channel, limit))
  }

  async close(): Promise<void> {
    this.#feeds.clear()
    await this.#uplink.close()
    await this.#sent
  }

  /** The batch for new messages: those published while a statement runs are sent with the next one. */
  #openBatch(): Batch {
    if (this.#batch !== undefined && this.#batch.messages.length < MOST_TOGETHER) return this.#batch
    const messages: OutgoingMessage[] = []
    const sent = this.#sent.then(() => {
      if (this.#batch?.messages === messages) this.#batch = undefined
      return inTime(this.#settings.table.publish(messages), this.#settings.timeoutMs)
    })
    this.#sent = sent.catch(() => {}) // reported to the publishers
    this.#batch = { messages, sent }
    return this.#batch
  }

  async #begin(channel: string, feed: Feed): Promise<void> {
    await this.#whenUp()
    feed.last ??= this.kept === 0 ? 0 : await this.#settings.table.lastId(channel)
  }

  #whenUp(): Promise<void> {
    if (this.#isUp) return Promise.resolve()
    this.#next ??= nextOne()
    return this.#next.up
  }

  /** Delivers missed messages first, then those that arrive meanwhile. */
  async #catchUp(): Promise<void> {
    const queue = this.#queue ?? []
    for (const [channel, feed] of this.#feeds) {
      if (feed.last === undefined) continue
      if (this.kept === 0) feed.listener.gap()
      else await this.#deliverMissed(channel, feed, feed.last)
    }
    this.#isUp = true
    this.#next?.resolve()
    this.#next = undefined
    await this.#deliverAll(queue)
  }

  async #deliverMissed(channel: string, feed: Feed, last: number): Promise<void> {
    const missed = await this.#settings.table.after(channel, last)
    if (missed.length >= this.kept) feed.listener.gap() // older ones may have been deleted
    for (const { content, position } of missed) deliver(feed, content, position)
  }

  #onNotification(payload: string): void {
    const note = parseNote(payload)
    if (note === undefined || !this.#feeds.has(note.channel)) return
    if (this.#queue !== undefined) this.#queue.push(note)
    else if (note.content !== undefined) this.#deliver(note, note.content)
    else {
      this.#queue = [note]
      handled(this.#deliverAll(this.#queue))
    }
  }

  /** Delivers a queue; stops if a new connection has begun another one. */
  async #deliverAll(queue: Note[]): Promise<void> {
    for (let note = queue.shift(); note !== undefined; note = queue.shift()) {
      const content = note.content ?? (await this.#contentOf(note))
      if (this.#queue !== queue) return
      this.#deliver(note, content)
    }
    this.#queue = undefined
  }

  async #contentOf({ row }: Note): Promise<Uint8Array | undefined> {
    const { table, timeoutMs } = this.#settings
    return inTime(table.content(row?.id ?? 0), timeoutMs).catch(() => undefined)
  }

  #deliver({ channel, row }: Note, content: string | Uint8Array | undefined): void {
    const feed = this.#feeds.get(channel)
    if (feed === undefined) return
    if (content === undefined) feed.listener.gap(1)
    else if (this.kept === 0) feed.listener.deliver(content)
    else if (row !== undefined) deliver(feed, content, { run: row.run, time: 0, number: row.id })
  }

  /** Resolves to the result of an action; rejects with the backend's error if it fails or is late. */
  async #attempt<Value>(what: string, action: Promise<Value>): Promise<Value> {
    try {
      return await inTime(handled(action), this.#settings.timeoutMs)
    } catch (error) {
      const cause = (what === 'subscribe' && this.#uplink.failure) || error
      const why = cause instanceof Error ? cause.message : asText(cause)
      const outcome = what === 'publish' ? ' The message may have been published.' : ''
      throw new ChannelsUnavailable(
        `channels: ${what} failed, ${why}.${outcome} Check that PostgreSQL runs and can be reached.`,
        { cause },
      )
    }
  }
}

/** Delivers a message, unless the feed has already delivered it, or had not begun yet. */
function deliver(feed: Feed, content: string | Uint8Array, position: Position): void {
  const isSameRun = feed.run === undefined || feed.run === position.run
  if (feed.last === undefined || (isSameRun && position.number <= feed.last)) return
  feed.last = position.number
  feed.run = position.run
  feed.listener.deliver(content, position)
}

function nextOne(): { readonly up: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {}
  const up = new Promise<void>((resolved) => {
    resolve = resolved
  })
  return { up, resolve }
}
