/** Logs errors that reach the server, with all their properties. */
import { inspect } from 'node:util'
import { writeEntry } from '../../protocol/log.ts'
import type { Scope } from '../../types.ts'

/** Writes an error to stderr, its properties included. */
export function logError(error: unknown, scope: Scope): void {
  writeEntry(scope, inspect(error))
}
