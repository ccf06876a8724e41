/** Channels: what one part publishes, any number of others hear, here and in other processes. */

import { assertName, type ChannelBackend } from './channels/backend.ts'
import { Hub } from './channels/hub.ts'
import { memoryBackend } from './channels/memory.ts'
import type { SubscribeOptions, Subscription } from './channels/subscription.ts'
import { handled } from './internal/handled.ts'
import { knownOptions } from './internal/knownoptions.ts'

export {
  type ChannelBackend,
  type ChannelListener,
  ChannelsUnavailable,
  type KeptMessage,
} from './channels/backend.ts'
export type { Overflow } from './channels/backlog.ts'
export { type MemoryBackendOptions, memoryBackend } from './channels/memory.ts'
export { type ChannelGap, ChannelMessage, type Position } from './channels/message.ts'
export { type RedisBackendOptions, redisBackend } from './channels/redis.ts'
export {
  BacklogOverflow,
  type SubscribeOptions,
  type Subscription,
} from './channels/subscription.ts'

export interface ChannelsOptions {
  /** What carries the messages (the memory of this process); it closes with the channels. */
  backend?: ChannelBackend
  /** The most bytes, or characters of text, of a message (1 MiB). */
  maxMessageSize?: number
}

export interface Channels extends AsyncDisposable {
  /**
   * Sends text or bytes to all who subscribe to a channel; resolves when the backend has taken it.
   *
   * What one process publishes arrives in the order of the calls.
   *
   * @throws ChannelsUnavailable when the backend cannot be reached, or did not answer, in which case the
   * message may have been sent; RangeError for a message that is too large; TypeError for a name or message that is none, and after `close()`.
   */
  publish(channel: string, message: string | Uint8Array): Promise<void>
  /** Sends a value as JSON, which `message.json()` reads; as `publish()`. */
  publishJSON(channel: string, value: unknown): Promise<void>
  /**
   * Gives the messages of one or more channels that are published from when it resolves.
   *
   * @throws ChannelsUnavailable when the backend cannot be reached; RangeError for an option that is
   * none; TypeError for a name that is none, and after `close()`.
   */
  subscribe(names: string | readonly string[], options?: SubscribeOptions): Promise<Subscription>
  /** Ends all subscriptions, and closes the backend. */
  close(): Promise<void>
}

/** A backend would tell only one of two what comes. */
const inUse = new WeakSet<ChannelBackend>()

/**
 * Passes messages from those who publish to those who subscribe.
 *
 * A slow subscriber holds nobody up: what it has not read waits for it alone, up to its limits.
 *
 * @throws RangeError for a size that is none, TypeError for a backend that other channels have.
 * @example
 * await using bus = channels()
 * using subscription = await bus.subscribe('news')
 * await bus.publish('news', 'hello')
 * for await (const message of subscription) {
 *   message.text // 'hello'
 *   break
 * }
 */
export function channels(options: ChannelsOptions = {}): Channels {
  knownOptions('channels', options, 'backend maxMessageSize')
  const { backend = memoryBackend(), maxMessageSize = 1_048_576 } = options
  if (!(maxMessageSize >= 1)) {
    throw new RangeError(
      `channels: maxMessageSize must be a number of bytes over 0, ${maxMessageSize} was given. Infinity means no limit.`,
    )
  }
  if (inUse.has(backend)) {
    throw new TypeError(
      'channels: a backend serves one of them, one that is in use was given. Make a backend for each.',
    )
  }
  inUse.add(backend)
  return new BackedChannels(backend, maxMessageSize)
}

class BackedChannels implements Channels {
  readonly #backend: ChannelBackend
  readonly #maxMessageSize: number
  readonly #hub: Hub
  #closing: Promise<void> | undefined

  constructor(backend: ChannelBackend, maxMessageSize: number) {
    this.#backend = backend
    this.#maxMessageSize = maxMessageSize
    this.#hub = new Hub(backend)
  }

  publish(channel: string, message: string | Uint8Array): Promise<void> {
    return handled(this.#publish(channel, message))
  }

  async #publish(channel: string, message: string | Uint8Array): Promise<void> {
    this.#assertOpen('publish')
    assertName('channels.publish', channel)
    this.#assertMessage(message)
    await this.#backend.publish(channel, message)
  }

  publishJSON(channel: string, value: unknown): Promise<void> {
    return handled(this.#publishJSON(channel, value))
  }

  async #publishJSON(channel: string, value: unknown): Promise<void> {
    const text: string | undefined = JSON.stringify(value)
    if (text === undefined) {
      throw new TypeError(
        `channels.publishJSON: the value must have a form in JSON, ${typeof value} was given. Pass null for nothing.`,
      )
    }
    await this.#publish(channel, text)
  }

  subscribe(
    names: string | readonly string[],
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    knownOptions(
      'channels: subscribe',
      options,
      'history backlog backlogSize overflow signal onGap',
    )
    return handled(this.#subscribe(names, options))
  }

  async #subscribe(
    names: string | readonly string[],
    options: SubscribeOptions,
  ): Promise<Subscription> {
    this.#assertOpen('subscribe')
    const each = [...new Set(typeof names === 'string' ? [names] : names)]
    if (each.length === 0) {
      throw new TypeError(
        'channels.subscribe: there must be a channel to hear, no name was given. Pass one or more.',
      )
    }
    for (const name of each) assertName('channels.subscribe', name)
    assertOptions(options, this.#backend.kept)
    return this.#hub.subscribe(each, options)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#hub.close()
    await this.#backend.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #assertOpen(asked: string): void {
    if (this.#closing === undefined) return
    throw new TypeError(
      `channels.${asked}: not possible any more, the channels were closed. Close them when all else has ended.`,
    )
  }

  #assertMessage(message: string | Uint8Array): void {
    if (typeof message !== 'string' && !(message instanceof Uint8Array)) {
      throw new TypeError(
        `channels.publish: a message is text or bytes, ${message === null ? 'null' : typeof message} was given. Use publishJSON() for other values.`,
      )
    }
    if (message.length <= this.#maxMessageSize) return
    throw new RangeError(
      `channels.publish: a message may have ${this.#maxMessageSize} bytes, ${message.length} were given. Raise maxMessageSize.`,
    )
  }
}

function assertOptions(options: SubscribeOptions, kept: number): void {
  const { history = 0, backlog = 1024, backlogSize = 1, overflow = 'drop-oldest' } = options
  if (!((Number.isInteger(history) || history === Number.POSITIVE_INFINITY) && history >= 0)) {
    throw invalid('history', 'a whole number of messages', history, 'Infinity means all')
  }
  if (history > 0 && kept === 0) {
    throw invalid('history', '0, since the backend keeps none', history, 'Give the backend history')
  }
  if (!(backlog >= 1)) {
    throw invalid('backlog', 'a number of messages over 0', backlog, 'Infinity means no limit')
  }
  if (!(backlogSize >= 1)) {
    throw invalid('backlogSize', 'a number of bytes over 0', backlogSize, 'Infinity means no limit')
  }
  if (!['drop-oldest', 'drop-newest', 'disconnect'].includes(overflow)) {
    throw invalid(
      'overflow',
      'one of three',
      overflow,
      'Use drop-oldest, drop-newest or disconnect',
    )
  }
}

function invalid(option: string, rule: string, value: unknown, advice: string): RangeError {
  return new RangeError(
    `channels.subscribe: ${option} must be ${rule}, ${String(value)} was given. ${advice}.`,
  )
}
