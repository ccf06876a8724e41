/** Tells of errors that reached the server: to stderr, or to whoever asked for them. */
import { inspect } from 'node:util'
import type { Scope } from '../../types.ts'

/**
 * The request as it came on the wire; what a terminal would act on is shown as an escape, in the
 * error too: its text often quotes the request. Its further lines are indented, so that none of them
 * looks like an entry.
 */
export function logError(error: unknown, scope: Scope): void {
  const text = inspect(error)
    .replace(/(?![\t\n])[\p{Cc}\p{Cf}]/gu, asEscape)
    .replaceAll('\n', '\n  ')
  console.error(`${describe(scope)}: ${text}`)
}

/** The same listener, but one that never throws: neither at once nor by a promise. */
export function guarded(
  onError: (error: unknown, scope: Scope) => void,
): (error: unknown, scope: Scope) => Promise<void> {
  return async (error, scope) => {
    try {
      await onError(error, scope)
    } catch (failure) {
      console.error(`${describe(scope)}: onError failed: ${String(failure)}`)
    }
  }
}

function describe(scope: Scope): string {
  if (scope.type === 'lifespan') return 'lifespan'
  const method = scope.type === 'http' ? scope.method : 'websocket'
  return `${method} ${scope.rawPath.replace(/[^\x21-\x7e]/g, asEscape)}`
}

function asEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
