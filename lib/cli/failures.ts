/** How a command fails: by its use, or in its work. */
import { inspect } from 'node:util'

/** The command was called wrongly; the exit code is 2. */
export class UsageError extends Error {}

/** The command could not do its work; the exit code is 1. The message is all that the user needs. */
export class CommandError extends Error {}

/** What is told of an error: messages of our own as they are, all others with their stacks. */
export function wordsOf(error: unknown): string {
  const isOwn = error instanceof UsageError || error instanceof CommandError
  if (!isOwn) return inspect(error)
  return error.cause === undefined ? error.message : `${error.message}\n${inspect(error.cause)}`
}
