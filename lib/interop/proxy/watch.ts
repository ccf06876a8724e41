/** The timer of an exchange, with a timeout for each of its stages. */

export class Watch {
  #timer: NodeJS.Timeout | undefined
  #ms = 0
  #onLate: (ms: number) => void = () => {}
  /** The number of pending waits for the client. During these the timeout is not applied. */
  #held = 0
  #refreshes = 0

  /** (Re)starts the timer: `onLate(ms)` runs after `ms` without `refresh()`; 0 disables it. */
  start(ms: number, onLate: (ms: number) => void): void {
    this.stop()
    this.#ms = ms
    this.#onLate = onLate
    if (ms > 0) this.#timer = setTimeout(() => this.#fire(), ms)
  }

  /** Restarts the timer after data was received or sent. */
  refresh(): void {
    this.#refreshes++
    this.#timer?.refresh()
  }

  /** Waits for the client without counting that time against the upstream. */
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
    this.#refreshes++
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** If the process was blocked, what has arrived meanwhile is read after the timers, before the immediate. */
  #fire(): void {
    if (this.#held > 0) {
      this.#timer?.refresh()
      return
    }
    const before = this.#refreshes
    setImmediate(() => {
      if (this.#refreshes === before && this.#held === 0) this.#onLate(this.#ms)
    })
  }
}
