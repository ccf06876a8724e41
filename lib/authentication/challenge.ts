/** Writes the field `WWW-Authenticate` (RFC 9110 section 11.6.1). */
import { isHeaderValue } from '../http/headers.ts'

/** Parameters by name. Undefined ones are left out. */
type ChallengeParams = Readonly<Record<string, string | undefined>>

/** Returns one challenge: the scheme and its parameters, each as a quoted string. */
export function challenge(scheme: string, params: ChallengeParams): string {
  const parts = Object.entries(params)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${quoted(value)}`)
  return parts.length === 0 ? scheme : `${scheme} ${parts.join(', ')}`
}

/** Returns a quoted string (RFC 9110 section 5.6.4). */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** Replaces characters that `error_description` and `scope` must not contain (RFC 6750 section 3). */
export function describable(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
}

/**
 * Checks a realm at definition, not when the first client is refused.
 *
 * @throws TypeError if the text is invalid in a field.
 */
export function assertRealm(where: string, realm: unknown): void {
  if (typeof realm === 'string' && isHeaderValue(realm)) return
  throw new TypeError(
    `${where}: the realm must be latin-1 text without control characters, ${JSON.stringify(realm)} was given. Write realm: 'staff only'.`,
  )
}
