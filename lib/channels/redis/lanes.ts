/** A bound on how much is done at a time. */

/** Runs at most so many jobs at once, the others in the order in which they came. */
export class Lanes {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #running = 0
  #tellIdle: () => void = () => {}

  constructor(most: number) {
    this.#most = most
  }

  /** What a job gives, once there was a lane for it. */
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
