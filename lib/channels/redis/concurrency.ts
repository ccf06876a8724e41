/** A limit on concurrency. */

/** Runs a limited number of jobs at a time. The others wait, in the order of the calls. */
export class ConcurrencyLimit {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #running = 0
  #tellIdle: () => void = () => {}

  constructor(most: number) {
    this.#most = most
  }

  /** Resolves to the result of the job, which starts as soon as there is room. */
  async run<Value>(job: () => Promise<Value>): Promise<Value> {
    if (this.#running >= this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#running++
    }
    try {
      return await job()
    } finally {
      const next = this.#waiting.shift()
      if (next !== undefined) next()
      else if (--this.#running === 0) this.#tellIdle()
    }
  }

  /** Resolves when no job is running. */
  async idle(): Promise<void> {
    if (this.#running === 0) return
    await new Promise<void>((resolve) => {
      this.#tellIdle = resolve
    })
  }
}
