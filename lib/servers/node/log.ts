/** Writes errors to stderr, one that reached the server each. */
import type { Scope } from '../../types.ts'

/** The request as it came on the wire; what a terminal would act on is shown as an escape. */
export function logError(error: unknown, scope: Scope): void {
  console.error(`${describe(scope)}:`, error)
}

function describe(scope: Scope): string {
  if (scope.type === 'lifespan') return 'lifespan'
  const method = scope.type === 'http' ? scope.method : 'websocket'
  return `${method} ${scope.rawPath.replace(/[^\x21-\x7e]/g, asEscape)}`
}

function asEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
