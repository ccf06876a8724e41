/** Channels within this process. */

import { checkLimits } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { LRU } from '../internal/lru.ts'
import {
  type ChannelBackend,
  type ChannelListener,
  checkHistory,
  type KeptMessage,
} from './backend.ts'

export interface MemoryBackendOptions {
  /** The number of messages of each channel that are kept (0). */
  history?: number
  /**
   * Maximum bytes of all kept messages (64 MB). Beyond it, the history of the channel with the oldest last
   * message is deleted first.
   */
  maxSize?: number
}

/**
 * Carries messages within this process: for tests, and for servers of a single process.
 *
 * @throws RangeError if `history` or `maxSize` is invalid.
 * @example
 * const bus = channels({ backend: memoryBackend({ history: 100 }) })
 */
export function memoryBackend(options: MemoryBackendOptions = {}): ChannelBackend {
  knownOptions('memoryBackend', options, 'history maxSize')
  const { history = 0, maxSize = 64_000_000 } = options
  checkHistory('memoryBackend', history)
  checkLimits('memoryBackend', { maxSize })
  return new MemoryBackend(history, maxSize)
}

/** The kept messages of one channel. The slot of a message is computed from its number. */
interface Ring {
  readonly run: number
  /** The number of the next message; the first is 0. */
  next: number
  readonly contents: (string | Uint8Array)[]
  size: number
}

class MemoryBackend implements ChannelBackend {
  readonly kept: number
  readonly #maxSize: number
  readonly #listeners = new Map<string, ChannelListener>()
  /** The rings, in the order of their last messages. */
  readonly #rings = new LRU<Ring>()
  #runs = 0
  #size = 0

  constructor(kept: number, maxSize: number) {
    this.kept = kept
    this.#maxSize = maxSize
  }

  async publish(channel: string, content: string | Uint8Array): Promise<void> {
    const listener = this.#listeners.get(channel)
    if (listener === undefined && this.kept === 0) return
    // It is copied because the caller may write to its array, and a small array may be a view of a large
    // buffer.
    const own = typeof content === 'string' ? content : new Uint8Array(content)
    if (this.kept === 0) return listener?.deliver(own)
    const ring = this.#keep(channel, own)
    listener?.deliver(own, { run: ring.run, time: 0, number: ring.next - 1 })
  }

  async join(channel: string, listener: ChannelListener): Promise<void> {
    this.#listeners.set(channel, listener)
  }

  leave(channel: string): void {
    this.#listeners.delete(channel)
  }

  async history(channel: string, limit: number): Promise<readonly KeptMessage[]> {
    const ring = this.#rings.peek(channel)
    if (ring === undefined) return []
    const { run, next, contents } = ring
    const count = Math.min(limit, contents.length)
    return Array.from({ length: count }, (_, index) => {
      const number = next - count + index
      return { content: contents[number % this.kept] ?? '', position: { run, time: 0, number } }
    })
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    this.#rings.clear()
    this.#size = 0
  }

  #keep(channel: string, content: string | Uint8Array): Ring {
    const ring = this.#rings.use(channel) ?? this.#begin(channel)
    const place = ring.next % this.kept
    const size = sizeOf(content) - sizeOf(ring.contents[place])
    ring.contents[place] = content
    ring.next++
    ring.size += size
    this.#size += size
    this.#forgetSome()
    return ring
  }

  #begin(channel: string): Ring {
    const size = EACH + channel.length * 2
    const ring = { run: ++this.#runs, next: 0, contents: [], size }
    this.#size += size
    this.#rings.set(channel, ring)
    return ring
  }

  #forgetSome(): void {
    while (this.#size > this.#maxSize) {
      const oldest = this.#rings.oldest
      if (oldest === undefined) return
      this.#rings.delete(oldest[0])
      this.#size -= oldest[1].size
    }
  }
}

/** The approximate overhead of a channel, or of a message, in bytes. */
const EACH = 64

function sizeOf(content: string | Uint8Array | undefined): number {
  if (content === undefined) return 0
  return EACH + (typeof content === 'string' ? content.length * 2 : content.byteLength)
}
