/**
 * Promises that may reject before anybody waits for them.
 *
 * `const body = request.json(); await lookUp(); await body` is right, but Node ends the process when
 * the body is malformed while `lookUp()` runs: nobody has handled that rejection yet.
 */

/** The same promise; a rejection is told to everybody who waits for it, and ends nothing else. */
export function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(ignore)
  return promise
}

function ignore(): void {}

/** The same steps; a step may be asked for before it is waited for. */
export function handledSteps<Step>(
  steps: AsyncGenerator<Step, void, undefined>,
): AsyncGenerator<Step, void, undefined> {
  return new HandledSteps(steps)
}

type Result<Step> = Promise<IteratorResult<Step, void>>

class HandledSteps<Step> implements AsyncGenerator<Step, void, undefined> {
  readonly #steps: AsyncGenerator<Step, void, undefined>

  constructor(steps: AsyncGenerator<Step, void, undefined>) {
    this.#steps = steps
  }

  next(): Result<Step> {
    return handled(this.#steps.next())
  }

  return(): Result<Step> {
    return handled(this.#steps.return())
  }

  throw(error: unknown): Result<Step> {
    return handled(this.#steps.throw(error))
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
