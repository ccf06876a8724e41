/** Finds peers that have left without a close, with one timer per server. */

/** A peer that can be pinged. */
export interface Peer {
  /** When it was pinged last, or opened. */
  askedAt: number
  /** The number of bytes that it had sent when it was pinged; -1 before the first ping. */
  readWhenAsked: number
  readonly bytesRead: number
  /** Whether the connection is not read: no answer can arrive then. */
  readonly isPaused: boolean
  ping(): void
  terminate(): void
}

interface PingTimes {
  /** Infinity disables it, as for `pingTimeoutMs`. */
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
}

/**
 * Returns what to do with a peer now. Any received bytes show that it is alive, because its pong may follow a long
 * message.
 */
export function verdict(
  { askedAt, readWhenAsked, bytesRead, isPaused }: Omit<Peer, 'ping' | 'terminate'>,
  { pingIntervalMs, pingTimeoutMs }: PingTimes,
  now: number,
): 'wait' | 'ask' | 'give up' {
  const isAwaited = readWhenAsked >= 0 && bytesRead === readWhenAsked && !isPaused
  const elapsed = now - askedAt
  if (isAwaited && elapsed >= pingTimeoutMs) return 'give up'
  if (isAwaited && pingTimeoutMs !== Number.POSITIVE_INFINITY) return 'wait'
  return elapsed >= pingIntervalMs ? 'ask' : 'wait'
}

/** Checks its peers four times in each interval, as long as there are peers. */
export class Pings {
  readonly #times: PingTimes
  readonly #peers = new Set<Peer>()
  #timer: NodeJS.Timeout | undefined

  constructor(times: PingTimes) {
    this.#times = times
  }

  add(peer: Peer): void {
    this.#peers.add(peer)
    const { pingIntervalMs, pingTimeoutMs } = this.#times
    if (this.#timer !== undefined || pingIntervalMs === Number.POSITIVE_INFINITY) return
    // Bytes that arrived while the process was busy are read first.
    const look = (): unknown => setImmediate(() => this.#look())
    this.#timer = setInterval(look, Math.min(pingIntervalMs, pingTimeoutMs) / 4)
    this.#timer.unref()
  }

  delete(peer: Peer): void {
    this.#peers.delete(peer)
    if (this.#peers.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    const now = performance.now()
    for (const peer of this.#peers) {
      const action = verdict(peer, this.#times, now)
      if (action === 'give up') peer.terminate()
      if (action !== 'ask') continue
      peer.askedAt = now
      peer.readWhenAsked = peer.bytesRead
      peer.ping()
    }
  }
}
