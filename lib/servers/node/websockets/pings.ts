/** Finds peers that are gone without a word: all of a server by one timer. */

/** A peer that can be asked whether it is there. */
export interface Peer {
  /** When it was asked last, or opened. */
  askedAt: number
  /** What it had sent when it was asked and has not answered yet; -1 otherwise. */
  readWhenAsked: number
  readonly bytesRead: number
  /** Whether its answer could not be read if there were one. */
  readonly isPaused: boolean
  ping(): void
  terminate(): void
}

export interface PingTimes {
  /** Infinity for never, as the next one. */
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
}

/**
 * What is to be done about a peer now. Whatever it sends shows that it is there: its pong waits behind
 * a long message that is on its way.
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

/** Looks at its peers several times in each interval, and only while there are some. */
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
    // What came while the process was busy is read before anybody is given up.
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
