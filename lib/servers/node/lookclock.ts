/**
 * The clock for timeouts of clients. From one check to the next it advances by at most the time between two
 * checks. If the process itself was blocked, by a long computation or a busy machine, the bytes of clients wait
 * in the operating system. A client must not be cut before these are read.
 */
export class LookClock {
  readonly #everyMs: number
  #counted = 0
  #lookedAt = performance.now()

  /** @param everyMs The time between two checks, in ms. */
  constructor(everyMs: number) {
    this.#everyMs = everyMs
  }

  /** The counted time since the clock was made, in ms. */
  get now(): number {
    return this.#counted + Math.min(performance.now() - this.#lookedAt, this.#everyMs)
  }

  /** Must be called at each check. Returns the counted time. */
  look(): number {
    this.#counted = this.now
    this.#lookedAt = performance.now()
    return this.#counted
  }
}
