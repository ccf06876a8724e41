/** Calls the functions that are told something: a log, a listener, an `onError`. */
import { isThenable } from './handled.ts'

/**
 * Calls a function that is only told; what it throws or rejects with goes to stderr and no further: a
 * response must not be lost for a line of a log, nor the process end for it.
 *
 * @param where What to call it in the message, as "jwt: onError".
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

/** Any value as text; one that cannot be made text is named by its kind. */
export function asText(value: unknown): string {
  try {
    return String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
