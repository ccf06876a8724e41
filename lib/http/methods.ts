/** Request methods and their semantics (RFC 9110 section 9). */

/** The registered methods in common use, in upper case as on the wire. */
export const METHODS: readonly string[] = Object.freeze([
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'],
])

/**
 * Whether the method is GET or HEAD, which is GET without content.
 *
 * @example
 * isRead('HEAD') // true
 * isRead('get') // false, since methods are case-sensitive
 */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/**
 * Whether the method is safe: it does not ask for a change (section 9.2.1).
 *
 * @example
 * isSafe('OPTIONS') // true
 * isSafe('POST') // false
 */
export function isSafe(method: string): boolean {
  return isRead(method) || method === 'OPTIONS' || method === 'TRACE'
}

/** Returns the registered method with the same letters in another order: POST for `PSOT`. */
export function likelyMethod(method: string): string | undefined {
  if (METHODS.includes(method)) return undefined
  const letters = sorted(method)
  return METHODS.find((known) => sorted(known) === letters)
}

function sorted(text: string): string {
  return [...text].sort().join('')
}
