/**
 * Tracks which dependency uses another one, in order to find cycles.
 *
 * An AsyncLocalStorage tracks it across `await`, and costs 0.5 µs for each `find`. Runtimes without one
 * (Node before 20.16, browsers) track it only in the synchronous part of a `find`.
 */
import type { Entry, FindContext } from './entry.ts'

const storage = storageOf(globalThis.process)

let current: FindContext | undefined

/** Returns the dependency whose `find` is running now; undefined if that is unknown. */
export function runningEntry(): Entry | undefined {
  return (storage === undefined ? current : storage.getStore())?.entry
}

/** Runs a step of `find`. */
export function runAs<Result>({ context }: Entry, step: () => Result): Result {
  if (storage !== undefined) return storage.run(context, step)
  const before = current
  current = context
  try {
    return step()
  } finally {
    current = before
  }
}

/** The part of an AsyncLocalStorage that is used. */
interface Storage {
  getStore(): FindContext | undefined
  run<Result>(context: FindContext, step: () => Result): Result
}

/** Gets the class from the process object, because an import would fail in runtimes without it. */
function storageOf(process?: Pick<NodeJS.Process, 'getBuiltinModule'>): Storage | undefined {
  const hooks = process?.getBuiltinModule?.('node:async_hooks')
  return hooks === undefined ? undefined : new hooks.AsyncLocalStorage<FindContext>()
}
