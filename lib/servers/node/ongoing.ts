/** What goes on in a server, and hears when that begins to close. */

/** An exchange that goes on. */
export interface Ongoing {
  /** The server begins to close; told once, if it listens. */
  drain?(): void
  /** The server waits no longer: the connection ends, and the app is told of that. */
  cut(): void
}

/**
 * Counts what goes on, and keeps those that listen: most exchanges have nothing to hear.
 */
export class OngoingSet {
  readonly #listening = new Set<Ongoing>()
  #count = 0
  #draining = false

  /** How much goes on. */
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

  /** @param one What goes on, if it may have listened. */
  end(one?: Ongoing): void {
    this.#count--
    if (one !== undefined && this.#listening.size > 0) this.#listening.delete(one)
  }

  /** Tells it of the draining, unless it ends before. */
  listen(one: Ongoing): void {
    this.#listening.add(one)
  }

  /** Tells all who listen, once. */
  drain(): void {
    if (this.#draining) return
    this.#draining = true
    for (const one of [...this.#listening]) one.drain?.()
  }
}
