/** Finds peers that have left without a close, with one timer per server. */

/** A peer that can be pinged. */
export interface Peer {
  /** When it was pinged last, or opened. */
  askedAt: number
  /** How many bytes it had sent when it was pinged; -1 before the first ping. */
  readWhenAsked: number
  readonly bytesRead: number
  /** Whether the connection is not read, so that no answer can arrive. */
  readonly isPaused: boolean
  ping(): void
  terminate(): void
}

export interface PingTimes {
  /** Infinity disables it, as for the next one. */
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
}

/**
 * What to do about a peer now. Any bytes show that it is there, since its pong may wait behind a long
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

/** Checks its peers four times per interval, while there are some. */
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
      const what = verdict(peer, this.#times, now)
      if (what === 'give up') peer.terminate()
      if (what !== 'ask') continue
      peer.askedAt = now
      peer.readWhenAsked = peer.bytesRead
      peer.ping()
    }
  }
}
