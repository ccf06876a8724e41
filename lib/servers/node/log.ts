/** Tells of errors that reached the server, with all that Node can show of them. */
import { inspect } from 'node:util'
import { writeEntry } from '../../protocol/log.ts'
import type { Scope } from '../../types.ts'

/** Writes an error to stderr, its properties included. */
export function logError(error: unknown, scope: Scope): void {
  writeEntry(scope, inspect(error))
}
