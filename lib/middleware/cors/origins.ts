/** Decides which origins are allowed. */

import { isSubdomain, withoutOriginDot } from '../../http/hosts.ts'
import { check, invalid } from '../../internal/checks.ts'
import type { HTTPScope } from '../../types.ts'

/**
 * Returns whether the `Origin` of a request is allowed. It may be asynchronous, for example to query a
 * database.
 */
export type OriginCheck = (origin: string, scope: HTTPScope) => boolean | Promise<boolean>

/** All origins, a list, or a function that decides. */
export type Origins = '*' | readonly (string | RegExp)[] | OriginCheck

/** Whether all origins are allowed, none, or some. */
interface OriginRule {
  readonly kind: 'all' | 'none' | 'some'
  readonly allows: OriginCheck
}

// Longer than any host name; regular expressions do not run on longer texts.
const LONGEST_ORIGIN = 300

/**
 * Reads the option, and rejects values that would not have the intended effect.
 *
 * @throws TypeError if an origin is invalid.
 */
export function originRule(origins: Origins = [], credentials = false): OriginRule {
  if (typeof origins === 'function') return { kind: 'some', allows: checked(origins) }
  const list = origins === '*' ? ['*'] : origins
  if (!Array.isArray(list)) throw notAList(origins)
  const isForAll = list.includes('*')
  if (credentials && (isForAll || list.length === 0)) throw openCredentials(isForAll)
  if (isForAll) return { kind: 'all', allows: () => true }
  if (list.length === 0) return { kind: 'none', allows: () => false }
  return { kind: 'some', allows: allowedBy(list) }
}

/** A bug in a function must not allow anything: results other than `true` and `false` are errors. */
function checked(allows: OriginCheck): OriginCheck {
  return (origin, scope) => {
    const result = allows(origin, scope)
    return typeof result === 'boolean' ? result : Promise.resolve(result).then(assertBoolean)
  }
}

function assertBoolean(result: unknown): boolean {
  if (typeof result === 'boolean') return result
  const what = 'the function for origins must return true or false'
  throw invalid('cors', what, result, 'Return whether the origin is allowed')
}

/** Exact origins are looked up in a set; patterns are tried in turn. */
function allowedBy(list: readonly (string | RegExp)[]): (origin: string) => boolean {
  const exact = new Set<unknown>()
  const tests: ((origin: string) => boolean)[] = []
  for (const origin of list) {
    if (origin instanceof RegExp) tests.push(wholeMatch(origin))
    else if (typeof origin === 'string' && origin.includes('*')) tests.push(subdomains(origin))
    else exact.add(assertOrigin(origin))
  }
  return (given) => {
    const origin = withoutOriginDot(given)
    if (exact.has(origin)) return true
    if (origin === 'null' || origin.length > LONGEST_ORIGIN) return false
    return tests.some((test) => test(origin))
  }
}

/** Matches the whole origin, and keeps no state between requests. */
function wholeMatch({ source, flags }: RegExp): (origin: string) => boolean {
  const pattern = new RegExp(`^(?:${source})$`, flags.replace(/[gmy]/g, ''))
  return (origin) => pattern.test(origin)
}

function subdomains(pattern: string): (origin: string) => boolean {
  const [, scheme = '', parent = ''] = /^([a-z][a-z0-9+.-]*:\/\/)\*\.([^*]+)$/.exec(pattern) ?? []
  check(
    'cors',
    parent !== '',
    'a wildcard must be the first label of a host',
    pattern,
    'Write "https://*.example.org", or a regular expression',
  )
  assertOrigin(scheme + parent)
  return (origin) => origin.startsWith(scheme) && isSubdomain(origin.slice(scheme.length), parent)
}

/** Checks that an origin is as browsers send it: scheme, lower-case host, non-default port. */
function assertOrigin(origin: unknown): string {
  check(
    'cors',
    typeof origin === 'string' && origin !== 'null',
    'an origin must be a text such as "https://example.org"',
    origin,
    'Every page in a sandbox has the origin "null"; a function may allow it',
  )
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:'
  // Browser extensions and apps have their own schemes, whose origins URL does not parse.
  const isOrigin = isWeb
    ? url.origin === origin
    : /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s,*]+$/.test(origin)
  if (isOrigin && url !== undefined) return origin
  const better = isWeb ? url.origin : 'https://example.org'
  const what = 'an origin must be a scheme, a host and an optional port'
  throw invalid('cors', what, origin, `Write ${JSON.stringify(better)}`)
}

function notAList(origins: unknown): TypeError {
  const fix = "Write origins: ['https://example.org']"
  return invalid('cors', 'origins must be "*", a list or a function', origins, fix)
}

function openCredentials(isForAll: boolean): TypeError {
  return new TypeError(
    `cors: credentials need a list of origins, ${isForAll ? '"*" was' : 'none were'} given. List them, or pass a function that decides.`,
  )
}
