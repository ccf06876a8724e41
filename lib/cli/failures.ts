/** The errors of commands: invalid usage, and failures. */
import { inspect } from 'node:util'

/** The error if a command was used incorrectly; the exit code is 2. */
export class UsageError extends Error {}

/** The error if a command failed; the exit code is 1. It is printed without its stack. */
export class CommandError extends Error {}

/** The printed text of an error: only the message of a command's error, other errors with their stacks. */
export function errorText(error: unknown): string {
  const isOwn = error instanceof UsageError || error instanceof CommandError
  if (!isOwn) return inspect(error)
  return error.cause === undefined ? error.message : `${error.message}\n${inspect(error.cause)}`
}
