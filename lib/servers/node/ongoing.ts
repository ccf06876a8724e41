/** What goes on in a server, and hears when that begins to close. */

/** An exchange or a websocket that goes on. */
export interface Ongoing {
  /** The server begins to close; told once. */
  drain(): void
}

/** Counts what goes on. */
export class OngoingSet {
  readonly #all = new Set<Ongoing>()
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

  begin(one?: Ongoing): void {
    this.#count++
    if (one !== undefined) this.#all.add(one)
  }

  end(one?: Ongoing): void {
    this.#count--
    if (one !== undefined) this.#all.delete(one)
  }

  /** Tells all of them, once. */
  drain(): void {
    if (this.#draining) return
    this.#draining = true
    for (const one of [...this.#all]) one.drain()
  }
}
