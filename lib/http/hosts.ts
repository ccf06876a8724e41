/** The only place where the host of a request is interpreted. */

import type { ConnectionScope } from '../types.ts'
import { indexOfName } from './headers.ts'

// RFC 3986 section 3.2.2: a bracketed IP literal, or a name; then a port.
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z\-._~%!$&'()*+,;=]+)(?::[0-9]{0,5})?$/

const LABELS = /^[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*$/

/** Whether this is valid as a Host field: without userinfo, path, space or backslash. */
export function isAuthority(text: string): boolean {
  return text.length <= 300 && AUTHORITY.test(text)
}

/** Returns the value of the first Host field, or `''`. */
export function hostHeader(scope: ConnectionScope): string {
  const index = indexOfName(scope.headers, 'host')
  return index < 0 ? '' : (scope.headers[index + 1] ?? '')
}

/**
 * Returns the host without port and final dot, in lower case. An IPv6 address keeps its brackets.
 *
 * Host names are case-insensitive (RFC 9110 section 4.2.3), and `example.org.` is the absolute form of
 * `example.org` (RFC 1034 section 3.1). Text after a colon that is not a port is kept: `good:80@evil` must
 * not be read as "good" (CVE-2026-27959).
 *
 * @example
 * hostName('Example.ORG.:8000') // 'example.org'
 * hostName('[::1]:80') // '[::1]'
 */
export function hostName(authority: string): string {
  const end = nameEnd(authority)
  return (end < 0 ? authority : authority.slice(0, end)).replace(/\.$/, '').toLowerCase()
}

/** Returns the index of the colon before the port, or -1. */
function nameEnd(authority: string): number {
  const colon = authority.indexOf(':', authority.lastIndexOf(']') + 1)
  return colon >= 0 && /^[0-9]*$/.test(authority.slice(colon + 1)) ? colon : -1
}

/**
 * Returns the host with its port, without the final dot of the name. So both spellings compare equal.
 *
 * @example
 * withoutFinalDot('example.org.:8000') // 'example.org:8000'
 */
export function withoutFinalDot(authority: string): string {
  const end = nameEnd(authority)
  const name = end < 0 ? authority : authority.slice(0, end)
  return name.endsWith('.') ? name.slice(0, -1) + authority.slice(name.length) : authority
}

/**
 * Returns the origin without a final dot of its host: `https://example.org` for `https://example.org.`.
 */
export function withoutOriginDot(origin: string): string {
  const start = origin.indexOf('://') + 3
  return start < 3 ? origin : origin.slice(0, start) + withoutFinalDot(origin.slice(start))
}

// Sub-delimiters are left out on purpose: URL parsers change some of them. Underscores are common in
// the names of containers, and every URL parser keeps them.
const URL_HOST = /^(?:[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/

/**
 * Returns the host with its port in the form for URLs, without a final dot and an empty port. Returns
 * undefined if it must not become a part of a URL.
 *
 * `trustedHost` can list only hosts that this function accepts.
 *
 * @example
 * urlAuthority('my_service:8000') // 'my_service:8000'
 * urlAuthority('example.org.:') // 'example.org'
 * urlAuthority("a'b") // undefined
 */
export function urlAuthority(authority: string): string | undefined {
  const plain = withoutFinalDot(authority.endsWith(':') ? authority.slice(0, -1) : authority)
  if (plain.length > 300 || !URL_HOST.test(plain)) return undefined
  const name = hostName(plain)
  return ENDS_IN_NUMBER.test(name) && !IPV4.test(name) ? undefined : plain
}

// URL parsers read a name that ends in a number as IPv4: `127.1` and `0x7f.1` would be another host than
// in routing.
const ENDS_IN_NUMBER = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/
const IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/

/**
 * Whether the host is a subdomain of the domain. The comparison is case-sensitive.
 *
 * @example
 * isSubdomain('a.example.org', 'example.org') // true
 * isSubdomain('evilexample.org', 'example.org') // false
 */
export function isSubdomain(host: string, domain: string): boolean {
  if (!host.endsWith(`.${domain}`)) return false
  return LABELS.test(host.slice(0, -domain.length - 1))
}
