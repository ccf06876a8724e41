/** Runs actions that must not overlap one after the other. */

/** Has one queue for each key. Keys without pending actions take no memory. */
export class Locks {
  readonly #tails = new Map<string, Promise<unknown>>()

  /** Runs the action after all earlier ones of this key, whether they failed or not. */
  async run<Result>(key: string, action: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key)
    const mine = before === undefined ? action() : before.then(action, action)
    this.#tails.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.#tails.get(key) === mine) this.#tails.delete(key)
    }
  }
}
