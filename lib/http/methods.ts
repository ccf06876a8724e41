/** Request methods, and what they mean (RFC 9110 section 9). */

/** Those that are registered and that programs expect, upper-case as they are sent. */
export const METHODS: readonly string[] = Object.freeze([
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'],
])

/**
 * Whether a resource is asked for: by GET, or by HEAD, which is the same without a body.
 *
 * @example
 * isRead('HEAD') // true
 * isRead('get') // false, since methods have a case
 */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/**
 * Whether the method asks for no change (section 9.2.1).
 *
 * @example
 * isSafe('OPTIONS') // true
 * isSafe('POST') // false
 */
export function isSafe(method: string): boolean {
  return isRead(method) || method === 'OPTIONS' || method === 'TRACE'
}
