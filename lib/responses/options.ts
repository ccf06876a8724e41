/** The options of response classes, which are checked when a response is made. */
import { knownOptions } from '../internal/knownoptions.ts'

/** As a plain field, so that bundlers can drop classes that are not used. */
interface Class {
  readonly name: string
  readonly optionNames: string
}

/**
 * Checks options by the names of the class itself: a class that extends one may have others.
 *
 * @throws TypeError for an option that the class does not have.
 */
export function checkOptions(made: Class, options: object): void {
  if (!Object.hasOwn(made, 'optionNames')) return
  knownOptions(made.name, options as Record<string, unknown>, made.optionNames)
}
