/** Parses the cookies of a request, and writes `Set-Cookie` values that browsers accept. */

import { check, invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { NAME_RULE, trimBlanks } from './fieldrules.ts'
import { isHeaderName } from './headers.ts'

export interface CookieOptions {
  /**
   * The lifetime in seconds (until `expires`, or until the browser closes). 0 or less deletes the cookie.
   */
  maxAge?: number
  /** The expiry as a Date, or in seconds from now (until the browser closes). */
  expires?: Date | number
  /** The path for which browsers send the cookie ('/'); null omits the attribute. */
  path?: string | null
  /** The domain for which browsers send it, subdomains included (only the host that set it). */
  domain?: string
  /** Whether browsers send it over https only (false). */
  secure?: boolean
  /** Whether it is hidden from scripts (false). */
  httpOnly?: boolean
  /** Whether requests from other sites carry it ('lax'); null omits the attribute. */
  sameSite?: 'lax' | 'strict' | 'none' | null
  /** Whether browsers keep it separately for each embedding site (false). It needs `secure`. */
  partitioned?: boolean
}

/**
 * Parses the `Cookie` fields of a request into an object without prototype.
 *
 * Several fields are joined by `; ` (RFC 9113 section 8.2.3), as Node and fetch do. Of duplicate names the
 * first is used, because browsers send the more specific path first. Quotes are removed, then values are
 * percent-decoded. Pairs without a name are dropped. So `=__Host-id=x` is not read as `__Host-id`.
 */
export function parseCookies(fields: readonly string[]): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null)
  for (const pair of fields.join(';').split(';')) {
    const equals = pair.indexOf('=')
    const name = trimBlanks(pair.slice(0, Math.max(0, equals)))
    if (name !== '' && !(name in cookies)) {
      cookies[name] = decodeValue(trimBlanks(pair.slice(equals + 1)))
    }
  }
  return cookies
}

/** Decodes a value. Quotes are removed before, because percent-encoded quotes belong to the value. */
function decodeValue(value: string): string {
  const text = unquote(value)
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Removes quotes and escapes, which for example Python's `http.cookies` adds to values. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value
  return value
    .slice(1, -1)
    .replace(/\\(?:([0-3][0-7][0-7])|(.))/g, (_, octal: string | undefined, other: string) =>
      octal === undefined ? other : String.fromCharCode(Number.parseInt(octal, 8)),
    )
}

/**
 * Writes one `Set-Cookie` value. The cookie's value is percent-encoded.
 *
 * @throws TypeError if the name, domain, path, `maxAge` or `expires` is invalid, or if browsers would
 * silently drop the cookie: if the requirements of `__Host-`, `__Secure-`, `SameSite=None` or
 * `Partitioned` are not met, if the path does not start with "/", or if name and value have more than 4096
 * bytes.
 */
export function serializeCookie(name: string, value: string, options: CookieOptions = {}): string {
  knownOptions(
    'setCookie',
    options,
    'maxAge expires path domain secure httpOnly sameSite partitioned',
  )
  const { path = '/', domain, maxAge, expires, secure, httpOnly, partitioned } = options
  const sameSite = sameSiteOf(options.sameSite)
  if (!isHeaderName(name)) {
    throw invalid(WHERE, NAME_RULE, name, 'Choose another name')
  }
  if (path && !PATH.test(path)) {
    const what = 'a path must start with "/" and have no spaces, commas or semicolons'
    throw invalid(WHERE, what, path, 'Percent-encode it')
  }
  const date = typeof expires === 'number' ? new Date(Date.now() + expires * 1000) : expires
  const isHost = !domain || DOMAIN.test(domain)
  check(WHERE, isHost, 'domain must be a host name', domain, "Write 'example.com'")
  check(
    WHERE,
    maxAge === undefined || Number.isSafeInteger(maxAge),
    'maxAge must be an integer',
    maxAge,
    'Round it',
  )
  check(
    WHERE,
    !date || (date instanceof Date && !Number.isNaN(date.getTime())),
    'expires must be valid',
    expires,
    'Write new Date(…), or seconds from now',
  )
  assertKept(name, sameSite, { ...options, path })
  const pair = `${name}=${encode(name, value)}`
  if (pair.length - 1 > MOST_BYTES) {
    throw new TypeError(
      `setCookie: name and value must have at most ${MOST_BYTES} bytes, ${JSON.stringify(name)} has ${pair.length - 1}. Store the data on the server and put its key into the cookie.`,
    )
  }
  return [
    pair,
    maxAge !== undefined && `Max-Age=${maxAge}`,
    domain && `Domain=${domain}`,
    path && `Path=${path}`,
    date && `Expires=${date.toUTCString()}`,
    httpOnly && 'HttpOnly',
    secure && 'Secure',
    partitioned && 'Partitioned',
    sameSite && `SameSite=${sameSite}`,
  ]
    .filter(Boolean)
    .join('; ')
}

const WHERE = 'setCookie'

/** The limit of browsers for name and value (RFC 6265bis section 5.7). */
const MOST_BYTES = 4096

// Browsers compare the attribute with the encoded path of the request, so other characters never match.
const PATH = /^\/[!-+\--:=-~]*$/

/** Labels of a host name (RFC 1034 section 3.5). A dot before them is allowed; browsers ignore it. */
const DOMAIN =
  /^\.?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i

const SAME_SITE = ['Lax', 'Strict', 'None']

/** Returns the value as browsers write it, or undefined to omit the attribute. */
function sameSiteOf(given: CookieOptions['sameSite'] = 'lax'): string | undefined {
  if (!given) return undefined
  const known = SAME_SITE.find((name) => name.toLowerCase() === String(given).toLowerCase())
  if (known !== undefined) return known
  throw invalid(WHERE, 'sameSite must be "lax", "strict" or "none"', given, 'Write null to omit it')
}

function encode(name: string, value: string): string {
  try {
    return encodeURIComponent(value)
  } catch (cause) {
    throw new TypeError(
      `setCookie: a value must be well-formed text, the value of ${JSON.stringify(name)} has a lone surrogate. Call toWellFormed() on it.`,
      { cause },
    )
  }
}

/** Checks the rules by which browsers drop a cookie (RFC 6265bis sections 4.1.3 and 5.7). */
function assertKept(
  name: string,
  sameSite: string | undefined,
  { secure = false, path, domain, partitioned }: CookieOptions,
): void {
  const prefix = name.toLowerCase()
  const refuse = (what: string, fix = ''): never => {
    throw new TypeError(
      `setCookie: ${what}, ${JSON.stringify(name)} was given without it. Pass secure: true${fix}, or browsers drop the cookie.`,
    )
  }
  if (prefix.startsWith('__secure-') && !secure) refuse('a name with __Secure- needs secure')
  if (prefix.startsWith('__host-') && (!secure || path !== '/' || domain)) {
    refuse(
      'a name with __Host- needs secure, the path "/" and no domain',
      ' and leave path and domain out',
    )
  }
  if (sameSite === 'None' && !secure) refuse('sameSite "none" needs secure')
  if (partitioned && !secure) refuse('partitioned needs secure')
}
