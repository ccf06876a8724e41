/** The options of response classes, which are checked when a response is made. */
import { knownOptions } from '../calls/options.ts'

type Class = abstract new (...given: never[]) => unknown

/** Of the classes here alone: those of others may have options of their own. */
const NAMES = new Map<unknown, string>()

/** Says which options a class takes, with a space between their names. */
export function takesOptions(made: Class, names: string): void {
  NAMES.set(made, names)
}

/** @throws TypeError for an option that the class does not have. */
export function checkOptions(made: Class, options: object): void {
  const names = NAMES.get(made)
  if (names !== undefined) knownOptions(made.name, options as Record<string, unknown>, names)
}
