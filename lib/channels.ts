/** Channels: publish and subscribe, within a process or between processes. */

import { assertName, type ChannelBackend } from './channels/backend.ts'
import { Hub } from './channels/hub.ts'
import { memoryBackend } from './channels/memory.ts'
import type { SubscribeOptions, Subscription } from './channels/subscription.ts'
import { check, checkLimits, checkRange, invalid, shown } from './internal/checks.ts'
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
  /** Carries the messages (the memory of this process); it is closed together with the channels. */
  backend?: ChannelBackend
  /** Maximum size of a message, in bytes or characters of text (1 MiB). */
  maxMessageSize?: number
}

/** Passes messages from publishers to subscribers; made by `channels()`. */
export interface Channels extends AsyncDisposable {
  /**
   * Sends text or bytes to all subscribers of a channel. Resolves when the backend has accepted the message.
   *
   * Messages of one process arrive in the order of the calls.
   *
   * @throws ChannelsUnavailable if the backend cannot be reached or did not reply; in the second case
   * the message may have been sent. RangeError if the message is too large, TypeError if the name or the
   * message is invalid, and after `close()`.
   */
  publish(channel: string, message: string | Uint8Array): Promise<void>
  /** Sends a value as JSON, for `message.json()`; otherwise as `publish()`. */
  publishJSON(channel: string, value: unknown): Promise<void>
  /**
   * Subscribes to one or more channels. The subscription gets all messages that are published after the
   * promise has resolved.
   *
   * @throws ChannelsUnavailable if the backend cannot be reached, RangeError if an option is invalid,
   * TypeError if a name is invalid, and after `close()`.
   */
  subscribe(names: string | readonly string[], options?: SubscribeOptions): Promise<Subscription>
  /** Ends all subscriptions, and closes the backend. */
  close(): Promise<void>
}

/**
 * The backends in use. If two `channels()` shared a backend, it would deliver its messages to only one of
 * them.
 */
const inUse = new WeakSet<ChannelBackend>()

/**
 * Makes channels, which pass messages from publishers to subscribers.
 *
 * A slow subscriber does not delay the others: its unread messages are kept for it separately, up to its
 * limits.
 *
 * @throws RangeError if a size is invalid, TypeError if the backend is in use by other channels.
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
  checkLimits('channels', { maxMessageSize })
  const isBackend = typeof backend === 'object' && typeof backend?.publish === 'function'
  check(
    'channels',
    isBackend,
    'backend must be a backend',
    backend,
    'Write { backend: memoryBackend() }',
  )
  if (inUse.has(backend)) {
    throw new TypeError(
      'channels: the backend must not be in use by other channels, a used one was given. Create a backend for each.',
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
        `channels.publishJSON: the value must have a JSON form, ${shown(value)} was given. Pass null for nothing.`,
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
        'channels.subscribe: a channel is needed, no name was given. Pass one or more.',
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
      `channels.${asked}: not possible any more, the channels were closed. Close them after everything else.`,
    )
  }

  #assertMessage(message: string | Uint8Array): void {
    if (typeof message !== 'string' && !(message instanceof Uint8Array)) {
      const what = 'a message must be text or bytes'
      throw invalid('channels.publish', what, message, 'Use publishJSON() for other values')
    }
    if (message.length <= this.#maxMessageSize) return
    throw new RangeError(
      `channels.publish: a message must have at most ${this.#maxMessageSize} bytes, ${message.length} were given. Raise maxMessageSize.`,
    )
  }
}

function assertOptions(options: SubscribeOptions, kept: number): void {
  const { history = 0, backlog = 1024, backlogSize = 1, overflow = 'drop-oldest' } = options
  const where = 'channels.subscribe'
  const isWhole = Number.isInteger(history) || history === Number.POSITIVE_INFINITY
  const whole = 'history must be a whole number of messages'
  checkRange(where, isWhole && history >= 0, whole, history, 'Use Infinity for all')
  const unkept = 'history must be 0, since the backend keeps no messages'
  checkRange(where, history === 0 || kept > 0, unkept, history, 'Give the backend a history')
  checkLimits(where, { backlog, backlogSize })
  const one = `overflow must be one of ${OVERFLOWS.join(', ')}`
  checkRange(where, OVERFLOWS.includes(overflow), one, overflow, 'Omit it for drop-oldest')
}

const OVERFLOWS: readonly string[] = ['drop-oldest', 'drop-newest', 'disconnect']
