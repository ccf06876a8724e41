/** Work that a handler leaves behind, which its exchange waits for. */
export class Work {
  #pending: PromiseLike<unknown>[] | undefined

  /** Usable without its object, as handlers pass it around. */
  readonly add = (work: PromiseLike<unknown>): void => {
    this.#pending ??= []
    this.#pending.push(work)
    // It is looked at in the end; until then its failure is not unhandled.
    Promise.resolve(work).catch(() => {})
  }

  /**
   * Resolves when all is done, what was added meanwhile too.
   *
   * @throws The first error, once all is done.
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
