/** Tells of errors that reached a server, on any runtime. */
import { asText } from '../internal/handled.ts'
import type { Scope } from '../types.ts'

/** Writes an error to stderr, with its causes. */
export function logError(error: unknown, scope: Scope): void {
  writeEntry(scope, describeError(error))
}

/**
 * One entry, named by the request as it came on the wire; what a terminal would act on is shown as an
 * escape, in the error too: its text often quotes the request. Its further lines are indented, so that
 * none of them looks like an entry.
 */
export function writeEntry(scope: Scope, text: string): void {
  const shown = text.replace(/(?![\t\n])[\p{Cc}\p{Cf}]/gu, asEscape).replaceAll('\n', '\n  ')
  console.error(`${describe(scope)}: ${shown}`)
}

/** The same listener, but one that never throws: neither at once nor by a promise. */
export function guarded(
  onError: (error: unknown, scope: Scope) => void,
): (error: unknown, scope: Scope) => Promise<void> {
  return async (error, scope) => {
    try {
      await onError(error, scope)
    } catch (failure) {
      console.error(`${describe(scope)}: onError failed: ${asText(failure)}`)
    }
  }
}

/** As deep as a chain of causes is followed: it may be a circle. */
const MOST_CAUSES = 8

function describeError(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return asText(error)
  const { stack = '', cause } = error
  // Not every engine begins the stack with the error itself.
  const text = stack.includes(error.message) ? stack : `${String(error)}\n${stack}`
  if (cause === undefined || depth === MOST_CAUSES) return text
  return `${text}\ncaused by ${describeError(cause, depth + 1)}`
}

function describe(scope: Scope): string {
  if (scope.type === 'lifespan') return 'lifespan'
  const method = scope.type === 'http' ? scope.method : 'websocket'
  return `${method} ${scope.rawPath.replace(/[^\x21-\x7e]/g, asEscape)}`
}

/** Both halves of a character beyond U+FFFF, as JSON writes it. */
function asEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
