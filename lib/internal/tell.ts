/** Calls listeners and loggers, whose own errors must not matter. */
import { isThenable } from './handled.ts'

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
