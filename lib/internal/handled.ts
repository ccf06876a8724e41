/**
 * Promises that may reject before they are awaited, and listeners whose own errors must not matter.
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

/**
 * Calls a listener. Its errors and rejections are written to stderr and go no further: a failing log must
 * not cost a response or end the process.
 *
 * @param where The name of the listener in that message, such as "jwt: onError".
 */
export function tell<Args extends readonly unknown[]>(
  where: string,
  listener: (...args: Args) => unknown,
  ...args: Args
): void {
  try {
    const told = listener(...args)
    if (isThenable(told)) told.then(undefined, (error: unknown) => complain(where, error))
  } catch (error) {
    complain(where, error)
  }
}

function complain(where: string, error: unknown): void {
  console.error(`${where} failed: ${asText(error)}`)
}

/** Any value as text; a value that cannot be converted is named by its class. */
export function asText(value: unknown): string {
  try {
    return String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
