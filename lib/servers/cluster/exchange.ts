/** The channels in the memory of the primary. */
import { memoryBackend } from '../../channels/memory.ts'
import type { ChannelBackend, ChannelListener, KeptMessage, Position } from '../../channels.ts'
import { fromBase64, fromJSONNumber, toBase64 } from './json.ts'
import type { Peer, Service } from './peer.ts'

type Content = string | Uint8Array

/** Text, or bytes in base64. */
export type WrittenContent = readonly ['text' | 'bytes', string]

export function writeContent(content: Content): WrittenContent {
  return typeof content === 'string' ? ['text', content] : ['bytes', toBase64(content)]
}

export function readContent([kind, text]: WrittenContent): Content {
  return kind === 'text' ? text : fromBase64(text)
}

/** The limits of the history. */
export interface ExchangeLimits {
  readonly history: number
  readonly maxSize: number
}

/** The part of a listener for missed messages: within a process, none are missed. */
const NOTHING_MISSED: Pick<ChannelListener, 'gap' | 'catchUp'> = {
  gap() {},
  catchUp: () => ({ room: () => undefined, deliver() {} }),
}

/** Passes messages to all processes that have joined a channel. */
export class Exchange {
  readonly limits: ExchangeLimits
  readonly #backend: ChannelBackend
  readonly #listeners = new Map<string, Set<ChannelListener>>()

  constructor(limits: ExchangeLimits) {
    this.limits = limits
    this.#backend = memoryBackend(limits)
  }

  publish(channel: string, content: Content): Promise<void> {
    return this.#backend.publish(channel, content)
  }

  history(channel: string, limit: number): Promise<readonly KeptMessage[]> {
    return this.#backend.history(channel, limit)
  }

  async join(channel: string, listener: ChannelListener): Promise<void> {
    const known = this.#listeners.get(channel)
    if (known !== undefined) {
      known.add(listener)
      return
    }
    const all = new Set([listener])
    this.#listeners.set(channel, all)
    await this.#backend.join(channel, {
      deliver(content, position) {
        for (const each of all) each.deliver(content, position)
      },
      ...NOTHING_MISSED,
    })
  }

  leave(channel: string, listener: ChannelListener): void {
    const all = this.#listeners.get(channel)
    if (!all?.delete(listener) || all.size > 0) return
    this.#listeners.delete(channel)
    this.#backend.leave(channel)
  }
}

const exchanges = new Map<string, Exchange>()

/** The channels with this name, created with the first call. */
export function exchangeOf(name: string, limits: ExchangeLimits): Exchange {
  const known = exchanges.get(name)
  if (known === undefined) {
    const exchange = new Exchange(limits)
    exchanges.set(name, exchange)
    return exchange
  }
  const { history, maxSize } = known.limits
  if (history !== limits.history || maxSize !== limits.maxSize) {
    // After SIGHUP a worker may run another version of the program. Sharing with it is safer than failing.
    console.error(
      `clusterBackend: "${name}" continues with history ${history} and maxSize ${maxSize}. Start the primary again to change them.`,
    )
  }
  return known
}

/** If more bytes than this wait for a worker, messages to it are dropped. */
const MOST_BYTES = 16_000_000

/** A worker as a listener of one channel. */
class PeerListener implements ChannelListener {
  readonly exchange: Exchange
  readonly channel: string
  readonly #peer: Peer
  readonly #address: readonly unknown[]
  #missed = 0

  /** @param address The id, channel and serial number by which the worker finds the listener. */
  constructor(exchange: Exchange, channel: string, peer: Peer, address: readonly unknown[]) {
    this.exchange = exchange
    this.channel = channel
    this.#peer = peer
    this.#address = address
  }

  deliver(content: Content, position?: Position): void {
    if (this.#peer.backlog > MOST_BYTES) {
      this.#missed++
      return
    }
    this.#tellMissed()
    const news = [...this.#address, 'message', writeContent(content), position]
    this.#tell(news, 256 + content.length)
  }

  readonly gap = NOTHING_MISSED.gap
  readonly catchUp = NOTHING_MISSED.catchUp

  readonly #tellMissed = (): void => {
    if (this.#missed === 0 || this.#peer.backlog > MOST_BYTES) return
    const missed = this.#missed
    this.#missed = 0
    this.#tell([...this.#address, 'gap', missed], 256)
  }

  #tell(news: readonly unknown[], size: number): void {
    this.#peer.tell({ stellula: 'news', topic: 'channels', news }, size, this.#tellMissed)
  }
}

const joined = new WeakMap<Peer, Map<string, PeerListener>>()

/** The listeners of a worker; they leave their channels when the worker ends. */
function listenersOf(peer: Peer): Map<string, PeerListener> {
  const known = joined.get(peer)
  if (known !== undefined) return known
  const all = new Map<string, PeerListener>()
  joined.set(peer, all)
  peer.gone.then(() => {
    for (const listener of all.values()) listener.exchange.leave(listener.channel, listener)
  })
  return all
}

/** Answers a request `[name, operation, …]`. */
export const answerChannels: Service = ([name, operation, ...rest], peer) => {
  if (operation === 'open') {
    const [history, maxSize] = rest.map(fromJSONNumber)
    exchangeOf(String(name), { history: history ?? 0, maxSize: maxSize ?? 0 })
    return undefined
  }
  const exchange = exchanges.get(String(name))
  if (exchange === undefined) throw new Error(`no channels are named "${name}"`)
  const [first, second, serial] = rest
  const channel = String(first)
  if (operation === 'publish')
    return exchange.publish(channel, readContent(second as WrittenContent))
  if (operation === 'history') return readHistory(exchange, channel, Number(second))
  const listeners = listenersOf(peer)
  const key = `${second} ${channel}`
  const before = listeners.get(key)
  if (before !== undefined) exchange.leave(channel, before)
  listeners.delete(key)
  if (operation === 'leave') return undefined
  const listener = new PeerListener(exchange, channel, peer, [second, channel, serial])
  listeners.set(key, listener)
  return exchange.join(channel, listener)
}

async function readHistory(
  exchange: Exchange,
  channel: string,
  limit: number,
): Promise<readonly unknown[]> {
  const kept = await exchange.history(channel, limit)
  return kept.map(({ content, position }) => [writeContent(content), position])
}
