/** One timer for one exchange: what is waited for changes, and how long. */

export class Watch {
  #timer: NodeJS.Timeout | undefined
  #ms = 0
  #onLate: (ms: number) => void = () => {}
  /** How many waits for the client go on; meanwhile nothing is late at the upstream. */
  #held = 0

  /** From now on this is waited for, so long; 0 is for ever. */
  start(ms: number, onLate: (ms: number) => void): void {
    this.stop()
    this.#ms = ms
    this.#onLate = onLate
    if (ms > 0) this.#timer = setTimeout(() => this.#fire(), ms)
  }

  /** Something has come, or gone. */
  refresh(): void {
    this.#timer?.refresh()
  }

  /** Waits for the client, at whose pace the upstream has to go. */
  async hold<T>(promise: Promise<T>): Promise<T> {
    this.#held++
    try {
      return await promise
    } finally {
      this.#held--
      this.refresh()
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #fire(): void {
    if (this.#held > 0) this.#timer?.refresh()
    else this.#onLate(this.#ms)
  }
}
