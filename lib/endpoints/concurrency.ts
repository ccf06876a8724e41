/** Limits the number of messages that are handled at a time. */

/** Runs a limited number of jobs at a time. */
export class ConcurrencyLimit {
  readonly #running = new Set<Promise<void>>()
  readonly #most: number
  readonly #failing = new AbortController()

  constructor(most: number) {
    this.#most = most
  }

  /** Aborted with the error that a job throws. */
  get signal(): AbortSignal {
    return this.#failing.signal
  }

  /** Starts a job; resolves when there is room for another. */
  async add(job: () => Promise<unknown>): Promise<void> {
    const running: Promise<void> = job().then(
      () => {
        this.#running.delete(running)
      },
      (error) => this.#failing.abort(error),
    )
    this.#running.add(running)
    await this.#until(this.#most - 1)
  }

  /** Resolves when all are done. */
  drain(): Promise<void> {
    return this.#until(0)
  }

  async #until(left: number): Promise<void> {
    while (this.#running.size > left) {
      this.signal.throwIfAborted()
      await Promise.race(this.#running)
    }
    this.signal.throwIfAborted()
  }
}
