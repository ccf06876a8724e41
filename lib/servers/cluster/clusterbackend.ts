/** Channels between the workers of one machine. */
import {
  type ChannelBackend,
  type ChannelListener,
  ChannelsUnavailable,
  type KeptMessage,
  type Position,
} from '../../channels.ts'
import { check, checkLimits, checkRange } from '../../internal/checks.ts'
import { assertTimeout } from '../../internal/deadline.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import { ask, isWorker, onNews, Unanswered } from './asking.ts'
import {
  type Exchange,
  type ExchangeLimits,
  exchangeOf,
  readContent,
  type WrittenContent,
  writeContent,
} from './exchange.ts'
import { toJSONNumber } from './json.ts'

export interface ClusterBackendOptions {
  /**
   * The name of the channels, in letters, digits, `-` and `_` ('default'). Backends with equal names are
   * connected.
   */
  name?: string
  /** The number of messages of each channel that are kept (0). */
  history?: number
  /**
   * Maximum bytes of all kept messages (64 MB). Beyond it, the history of the channel with the oldest last
   * message is deleted first.
   */
  maxSize?: number
  /** Milliseconds to wait for the primary before `ChannelsUnavailable` (2000). */
  timeoutMs?: number
}

/**
 * Carries messages between the workers of `cluster()`, through the primary, which keeps the history. In a
 * process that is not a worker, it carries them within the process.
 *
 * If a worker reads so slowly that 16 MB wait for it, it misses messages, and its subscribers get an `onGap`
 * call. The limits are those of the first process that uses the name.
 *
 * @throws TypeError if the name is invalid, RangeError if a number is out of range.
 * @throws Error in a worker that `cluster()` has not started.
 * @example
 * const bus = channels({ backend: clusterBackend({ history: 100 }) })
 */
export function clusterBackend(options: ClusterBackendOptions = {}): ChannelBackend {
  const where = 'clusterBackend'
  knownOptions(where, options, 'name history maxSize timeoutMs')
  const { name = 'default', history = 0, maxSize = 64_000_000, timeoutMs = 2000 } = options
  const letters = 'a name must consist of letters, digits, "-" and "_"'
  check(where, /^[\w-]+$/.test(name), letters, name, 'Choose another name')
  const isWhole = Number.isSafeInteger(history) && history >= 0
  const whole = 'history must be a whole number of messages'
  checkRange(where, isWhole, whole, history, 'Use 0 to keep none')
  checkLimits(where, { maxSize })
  assertTimeout(where, timeoutMs)
  const limits = { history, maxSize }
  if (isWorker(where)) return new PrimaryBackend(name, limits, timeoutMs)
  return new LocalBackend(exchangeOf(name, limits), history)
}

/** The backend in the primary itself, or in a process without workers. */
class LocalBackend implements ChannelBackend {
  readonly kept: number
  readonly #exchange: Exchange
  readonly #joined = new Map<string, ChannelListener>()

  constructor(exchange: Exchange, kept: number) {
    this.#exchange = exchange
    this.kept = kept
  }

  publish(channel: string, content: string | Uint8Array): Promise<void> {
    return this.#exchange.publish(channel, content)
  }

  join(channel: string, listener: ChannelListener): Promise<void> {
    this.#joined.set(channel, listener)
    return this.#exchange.join(channel, listener)
  }

  leave(channel: string): void {
    const listener = this.#joined.get(channel)
    this.#joined.delete(channel)
    if (listener !== undefined) this.#exchange.leave(channel, listener)
  }

  history(channel: string, limit: number): Promise<readonly KeptMessage[]> {
    return this.#exchange.history(channel, limit)
  }

  async close(): Promise<void> {
    for (const channel of [...this.#joined.keys()]) this.leave(channel)
  }
}

interface JoinedChannel {
  readonly listener: ChannelListener
  /** Identifies the listener, because messages to an earlier one may still arrive. */
  readonly serial: number
}

/** The backends of this process, by the ids that the primary uses. */
const backends = new Map<number, PrimaryBackend>()
let ids = 0
let serials = 0

/** The backend in a worker, which sends requests to the primary. */
class PrimaryBackend implements ChannelBackend {
  readonly kept: number
  readonly #name: string
  readonly #timeoutMs: number
  readonly #id = ++ids
  readonly #joined = new Map<string, JoinedChannel>()

  constructor(name: string, { history, maxSize }: ExchangeLimits, timeoutMs: number) {
    this.kept = history
    this.#name = name
    this.#timeoutMs = timeoutMs
    backends.set(this.#id, this)
    onNews('channels', ([id, ...news]) => backends.get(Number(id))?.onNews(news))
    // Messages arrive in order, so the channels exist before they are used.
    this.#ask('open', history, toJSONNumber(maxSize)).catch(() => {})
  }

  async publish(channel: string, content: string | Uint8Array): Promise<void> {
    await this.#ask('publish', channel, writeContent(content))
  }

  async join(channel: string, listener: ChannelListener): Promise<void> {
    const serial = ++serials
    this.#joined.set(channel, { listener, serial })
    await this.#ask('join', channel, this.#id, serial)
  }

  leave(channel: string): void {
    this.#joined.delete(channel)
    this.#ask('leave', channel, this.#id).catch(() => {}) // a worker that ends leaves all
  }

  async history(channel: string, limit: number): Promise<readonly KeptMessage[]> {
    const kept = (await this.#ask('history', channel, limit)) as [WrittenContent, Position][]
    return kept.map(([content, position]) => ({ content: readContent(content), position }))
  }

  async close(): Promise<void> {
    for (const channel of [...this.#joined.keys()]) this.leave(channel)
    backends.delete(this.#id)
  }

  onNews([channel, serial, kind, detail, position]: readonly unknown[]): void {
    const joined = this.#joined.get(String(channel))
    if (joined?.serial !== serial) return
    if (kind === 'gap') joined?.listener.gap(Number(detail))
    else joined?.listener.deliver(readContent(detail as WrittenContent), position as Position)
  }

  async #ask(operation: string, ...rest: readonly unknown[]): Promise<unknown> {
    const [, content] = rest
    const size = 256 + (Array.isArray(content) ? String(content[1]).length : 0)
    try {
      return await ask('channels', [this.#name, operation, ...rest], this.#timeoutMs, size)
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      const outcome = operation === 'publish' ? ' The message may have been published.' : ''
      throw new ChannelsUnavailable(
        `clusterBackend: ${operation} failed, ${error.message}.${outcome} Check that the primary runs and is not blocked.`,
        { cause: error },
      )
    }
  }
}
