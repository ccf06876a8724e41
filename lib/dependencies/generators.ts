/** The steps of a generator that opens something, yields it once, and closes it. */
import type { Failure } from '../types.ts'

/** A generator of either kind. */
export type AnyGenerator =
  | Generator<unknown, unknown, unknown>
  | AsyncGenerator<unknown, unknown, unknown>

/**
 * Whether `find` has returned a generator. The methods are checked because compilers for older targets
 * replace generators with other objects.
 */
export function isGenerator(value: unknown): value is AnyGenerator {
  if (typeof value !== 'object' || value === null) return false
  if (!(Symbol.asyncIterator in value || Symbol.iterator in value)) return false
  const { next, throw: raise, return: leave } = value as Partial<AnyGenerator>
  return typeof next === 'function' && typeof raise === 'function' && typeof leave === 'function'
}

/**
 * Returns the value that a generator has yielded in its first step.
 *
 * @throws TypeError if it ended without a `yield`.
 */
export function yieldedValue({ done, value }: IteratorResult<unknown>, name: string): unknown {
  if (done !== true) return value
  throw new TypeError(
    `dependency ${name}: it must yield one value, but it ended without a yield. Return the value from a function, or yield it.`,
  )
}

/**
 * Runs the clean-up of a generator: runs it to its end or, after a failure, throws the error into it.
 *
 * @throws TypeError if it yields again, after its `finally` blocks have run.
 * @throws Error of the clean-up, or the failure if the generator does not catch it.
 */
export async function endGenerator(
  generator: AnyGenerator,
  failure: Failure | undefined,
  name: string,
): Promise<void> {
  const step = failure === undefined ? generator.next() : generator.throw(failure.error)
  const { done } = await step
  if (done === true) return
  await generator.return(undefined)
  throw new TypeError(
    `dependency ${name}: it must yield one value, but it yielded again. The code after the first yield is the clean-up.`,
  )
}
