/** Background work of a handler, which its exchange waits for. */
export class Work {
  #pending: PromiseLike<unknown>[] | undefined

  /** It is a bound function because handlers pass it around. */
  readonly add = (work: PromiseLike<unknown>): void => {
    this.#pending ??= []
    this.#pending.push(work)
    // done() reports the failure; until then it is not unhandled.
    Promise.resolve(work).catch(() => {})
  }

  /**
   * Resolves when all work is done, including work that was added meanwhile.
   *
   * @throws The first error, after all work is done.
   */
  async done(): Promise<void> {
    if (this.#pending === undefined) return
    const failures: unknown[] = []
    while (this.#pending.length > 0) {
      const results = await Promise.allSettled(this.#pending.splice(0))
      for (const result of results) if (result.status === 'rejected') failures.push(result.reason)
    }
    if (failures.length > 0) throw failures[0]
  }
}
