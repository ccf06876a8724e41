/** The one place where the host of a request is interpreted. */

import { indexOfName } from './headers.ts'
import type { ConnectionScope } from './types.ts'

// RFC 3986 section 3.2.2: a bracketed IP literal, or a name; then a port.
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z\-._~%!$&'()*+,;=]+)(?::[0-9]{0,5})?$/

const LABELS = /^[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*$/

/** Whether this can stand in a Host field: no userinfo, path, space or backslash. */
export function isAuthority(text: string): boolean {
  return text.length <= 300 && AUTHORITY.test(text)
}

/** The value of the first Host field, or `''`. */
export function hostHeader(scope: ConnectionScope): string {
  const index = indexOfName(scope.headers, 'host')
  return index < 0 ? '' : (scope.headers[index + 1] ?? '')
}

/**
 * A host without its port, in lower case; an IPv6 address keeps its brackets.
 *
 * Host names are compared without case (RFC 9110 section 4.2.3). What follows a colon and is no port
 * stays: `good:80@evil` must not be taken for "good" (CVE-2026-27959).
 *
 * @example
 * hostName('Example.ORG:8000') // 'example.org'
 * hostName('[::1]:80') // '[::1]'
 */
export function hostName(authority: string): string {
  const bracket = authority.lastIndexOf(']')
  const colon = authority.indexOf(':', bracket + 1)
  const hasPort = colon >= 0 && /^[0-9]*$/.test(authority.slice(colon + 1))
  return (hasPort ? authority.slice(0, colon) : authority).toLowerCase()
}

/**
 * Whether a host is below a domain: labels and a dot stand before it. Both are compared as they are.
 *
 * @example
 * isSubdomain('a.example.org', 'example.org') // true
 * isSubdomain('evilexample.org', 'example.org') // false
 */
export function isSubdomain(host: string, domain: string): boolean {
  if (!host.endsWith(`.${domain}`)) return false
  return LABELS.test(host.slice(0, -domain.length - 1))
}
