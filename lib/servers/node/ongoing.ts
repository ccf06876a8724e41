/** The open exchanges of a server, which are told when the server begins to close. */

/** An exchange whose app still runs. */
export interface Ongoing {
  /** Called once when the server begins to close, if the exchange listens. */
  drain?(): void
  /** Ends the connection when the server waits no longer. The app is told of the disconnect. */
  cut(): void
}

/**
 * Counts ongoing exchanges, and stores only those with listeners: most exchanges have none.
 */
export class OngoingSet {
  readonly #listening = new Set<Ongoing>()
  #count = 0
  #draining = false

  /** The number of ongoing exchanges. */
  get count(): number {
    return this.#count
  }

  /** Whether the server has begun to close. */
  get draining(): boolean {
    return this.#draining
  }

  begin(): void {
    this.#count++
  }

  /** @param one The exchange, if it may listen. */
  end(one?: Ongoing): void {
    this.#count--
    if (one !== undefined && this.#listening.size > 0) this.#listening.delete(one)
  }

  /** Calls `drain` of an exchange when the server begins to close, unless the exchange ends before. */
  listen(one: Ongoing): void {
    this.#listening.add(one)
  }

  /** Calls `drain` of all exchanges that listen. Later calls do nothing. */
  drain(): void {
    if (this.#draining) return
    this.#draining = true
    for (const one of [...this.#listening]) one.drain?.()
  }
}
