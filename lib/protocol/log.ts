/** Logs errors that reached a server, on any runtime. */
import { asText } from '../internal/handled.ts'
import type { Scope } from '../types.ts'

/** Writes an error to stderr, with its causes. */
export function logError(error: unknown, scope: Scope): void {
  writeEntry(scope, describeError(error))
}

/**
 * Writes one entry with the raw path of the request. Control characters are escaped, also in the text,
 * because errors often quote the request and a terminal would interpret them. Further lines are indented,
 * so they do not look like entries.
 */
export function writeEntry(scope: Scope, text: string): void {
  const shown = text.replace(/(?![\t\n])[\p{Cc}\p{Cf}]/gu, asEscape).replaceAll('\n', '\n  ')
  console.error(`${describe(scope)}: ${shown}`)
}

/** Returns the same listener without its errors and rejections: these are written to stderr. */
export function logFailures(
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

/** The maximum depth of a chain of causes, which may be circular. */
const MOST_CAUSES = 8

function describeError(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return asText(error)
  const { stack = '', cause } = error
  // Some engines do not begin the stack with the error itself.
  const text = stack.includes(error.message) ? stack : `${String(error)}\n${stack}`
  if (cause === undefined || depth === MOST_CAUSES) return text
  return `${text}\ncaused by ${describeError(cause, depth + 1)}`
}

function describe(scope: Scope): string {
  if (scope.type === 'lifespan') return 'lifespan'
  const method = scope.type === 'http' ? scope.method : 'websocket'
  return `${method} ${scope.rawPath.replace(/[^\x21-\x7e]/g, asEscape)}`
}

/** Escapes a character as JSON does: beyond U+FFFF it has two escapes. */
function asEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
