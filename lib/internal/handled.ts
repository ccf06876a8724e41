/**
 * Promises that may reject before they are awaited.
 *
 * `const body = request.json(); await lookUp(); await body` is correct, but if the body is malformed
 * Node ends the process while `lookUp()` runs, since the rejection has no handler yet.
 */

/** Whether a value can be awaited as a promise: any object or function with a method `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

/** Returns the same promise. If it rejects, callers that await it get the error; Node does not exit. */
export function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(ignore)
  return promise
}

function ignore(): void {}

/** The same generator, whose steps may be requested before they are awaited. */
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
