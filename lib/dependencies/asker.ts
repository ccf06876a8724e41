/**
 * Which dependency is asking for another one, so that circles are found.
 *
 * In the synchronous part of a `find` that is a variable. What follows an `await` of another dependency
 * is known as well, by the order of microtasks: one that sets the variable is queued right before the
 * code after the `await`, and one that resets it right after. What follows any other `await` is unknown.
 */
import type { Entry } from './entry.ts'

let asking: Entry | undefined

/**
 * The dependency that is being found by the code that runs now, as far as that is known. What waits for
 * a `find` that returns the promise of another dependency runs at the same time, but once it is found.
 */
export function asker(): Entry | undefined {
  return asking?.isFinding ? asking : undefined
}

/** Runs a step of `find`. */
export function runAs<Result>(entry: Entry | undefined, step: () => Result): Result {
  const before = asking
  asking = entry
  try {
    return step()
  } finally {
    asking = before
  }
}

/** The same promise for one asker, which is known as long as it awaits this. */
export function promisedTo(entry: Entry, promise: Promise<unknown>): Promise<unknown> {
  return new Asked((resolve) => resolve(promise), entry)
}

type Reaction<Given> = ((given: Given) => unknown) | null | undefined

class Asked extends Promise<unknown> {
  /** What is derived from it is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  readonly #asker: Entry

  constructor(executor: (resolve: (value: unknown) => void) => void, entry: Entry) {
    super(executor)
    this.#asker = entry
    super.then(undefined, ignore)
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<Result1 = unknown, Result2 = never>(
    onValue?: ((value: unknown) => Result1 | PromiseLike<Result1>) | null,
    onError?: ((error: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2> {
    return super.then(
      this.#known(onValue) as typeof onValue,
      this.#known(onError) as typeof onError,
    )
  }

  #known<Given>(reaction: Reaction<Given>): Reaction<Given> {
    if (typeof reaction !== 'function') return reaction
    const entry = this.#asker
    return (given) => {
      queueMicrotask(() => {
        asking = entry
      })
      try {
        return runAs(entry, () => reaction(given))
      } finally {
        queueMicrotask(() => {
          asking = undefined
        })
      }
    }
  }
}

function ignore(): void {}
