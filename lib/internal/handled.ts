/**
 * Handles promises that may reject before they are awaited, and errors of listeners.
 *
 * `const body = request.json(); await lookUp(); await body` is correct. But if the body is malformed, Node
 * ends the process while `lookUp()` runs, because the rejection has no handler yet.
 */

/** Whether a value can be awaited as a promise: any object or function with a method `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

/**
 * Returns the same promise. If it rejects, callers that await it get the error, and Node does not exit.
 */
export function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(ignore)
  return promise
}

function ignore(): void {}

/** Returns a generator with the same steps, which may be requested before they are awaited. */
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
 * Calls a listener. Its errors and rejections are only written to stderr: a failing log must not prevent a
 * response or end the process.
 *
 * @param where The name of the listener in that message, such as "jwt: onError".
 */
export function callListener<Args extends readonly unknown[]>(
  where: string,
  listener: (...args: Args) => unknown,
  ...args: Args
): void {
  try {
    const result = listener(...args)
    if (isThenable(result)) result.then(undefined, (error: unknown) => reportFailure(where, error))
  } catch (error) {
    reportFailure(where, error)
  }
}

function reportFailure(where: string, error: unknown): void {
  console.error(`${where} failed: ${asText(error)}`)
}

/** Converts any value to text. A value that cannot be converted becomes the name of its class. */
export function asText(value: unknown): string {
  try {
    return String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
