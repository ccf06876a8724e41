/** Cookies: parses those of a request, and writes `Set-Cookie` values that browsers accept. */

import { knownOptions } from '../internal/knownoptions.ts'
import { wrong } from '../internal/must.ts'
import { isHeaderName } from './headers.ts'

export interface CookieOptions {
  /** Lifetime in seconds; 0 or less deletes the cookie. Unset: `expires`, or until the browser closes. */
  maxAge?: number
  /** Expiry as a Date, or in seconds from now. */
  expires?: Date | number
  /** Path for which browsers send the cookie ('/'); null omits the attribute. */
  path?: string | null
  /** Domain for which browsers send it, subdomains included (only the host that set it). */
  domain?: string
  /** Sent over https only (false). */
  secure?: boolean
  /** Hidden from scripts (false). */
  httpOnly?: boolean
  /** Whether requests from other sites carry it ('lax'); null omits the attribute. */
  sameSite?: 'lax' | 'strict' | 'none' | null
  /** Kept separately for each embedding site (false); needs `secure`. */
  partitioned?: boolean
}

/**
 * Parses the `Cookie` fields of a request into an object without prototype.
 *
 * Several fields are joined by `; ` (RFC 9113 section 8.2.3), as Node and fetch do. Of duplicate names
 * the first is used, since browsers send the more specific path first. Quotes are removed, then
 * values are percent-decoded. Pairs without a name are dropped, so that `=__Host-id=x` is not read as
 * `__Host-id`.
 */
export function parseCookies(fields: readonly string[]): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null)
  const line = fields.join('; ')
  for (let start = 0, end = 0; end < line.length; start = end + 1) {
    end = line.indexOf(';', start)
    if (end < 0) end = line.length
    const equals = line.indexOf('=', start)
    if (equals < 0) break
    if (equals > end) {
      end = line.lastIndexOf(';', equals) // the pairs up to there have no value
      continue
    }
    const name = trimmed(line, start, equals)
    if (name === '' || cookies[name] !== undefined) continue
    cookies[name] = decodeValue(trimmed(line, equals + 1, end))
  }
  return cookies
}

/** A part of a line without the spaces and tabs around it. */
function trimmed(line: string, start: number, end: number): string {
  while (start < end && isBlank(line.charCodeAt(start))) start++
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** Quotes are removed before decoding: percent-encoded ones belong to the value. */
function decodeValue(value: string): string {
  const text = unquote(value)
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Removes the quotes and escapes that Python's `http.cookies`, for instance, puts around values. */
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
 * silently drop the cookie: `__Host-`, `__Secure-`, `SameSite=None` or `Partitioned` without what they
 * require, a path that does not start with "/", or more than 4096 bytes of name and value.
 */
export function serializeCookie(name: string, value: string, options: CookieOptions = {}): string {
  knownOptions(
    'setCookie',
    options,
    'maxAge expires path domain secure httpOnly sameSite partitioned',
  )
  const { path = '/', sameSite = 'lax', domain, maxAge } = options
  const expires = options.expires ?? undefined
  const secure = options.secure ?? false
  assertAccepted(name, secure, path, options)
  const line = write(name, () => {
    let line = `${name}=${value ? encodeURIComponent(value) : ''}`
    if (maxAge !== undefined) {
      line += `; Max-Age=${checked('maxAge', maxAge, Number.isInteger(maxAge))}`
    }
    if (domain) line += `; Domain=${checked('domain', domain, DOMAIN.test(domain))}`
    if (path) line += `; Path=${path}`
    if (expires !== undefined) line += `; Expires=${toDate(expires)}`
    if (options.httpOnly) line += '; HttpOnly'
    if (secure) line += '; Secure'
    if (options.partitioned) line += '; Partitioned'
    return sameSite ? `${line}; SameSite=${sameSiteOf(sameSite)}` : line
  })
  const size = line.split(';', 1).join('').length - 1
  if (size > MOST_BYTES) {
    throw new TypeError(
      `setCookie: name and value must have at most ${MOST_BYTES} bytes, ${JSON.stringify(name)} has ${size}. Store the data on the server and put its key into the cookie.`,
    )
  }
  return line
}

/** The limit of browsers for name and value (RFC 6265bis section 5.7). */
const MOST_BYTES = 4096

/** Labels of letters, digits and inner hyphens, after a dot or none (RFC 6265 section 4.1.1). */
const DOMAIN =
  /^\.?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i

const SAME_SITE = ['Lax', 'Strict', 'None']

function sameSiteOf(given: string): string {
  const known = SAME_SITE.find((name) => name.toLowerCase() === given.toLowerCase())
  return known ?? checked('sameSite', given, false)
}

function checked<Value>(option: string, value: Value, isValid: boolean): Value {
  if (isValid) return value
  throw new TypeError(`option ${option} is invalid: ${value}`)
}

function write(name: string, stringify: () => string): string {
  try {
    return stringify()
  } catch (error) {
    throw new TypeError(
      `setCookie: the cookie ${JSON.stringify(name)} cannot be written, ${messageOf(error)}. ` +
        'Values must be well-formed text, domains host names, maxAge an integer, expires a valid date.',
      { cause: error },
    )
  }
}

function toDate(expires: Date | number): string {
  const date = typeof expires === 'number' ? new Date(Date.now() + expires * 1000) : expires
  // Not by instanceof: a date may come from another realm.
  const isDate = Object.prototype.toString.call(date) === '[object Date]'
  return checked('expires', date, isDate && Number.isFinite(date.getTime())).toUTCString()
}

// Browsers compare the attribute with the encoded path of the request, so other characters never match.
const PATH = /^\/[!-+\--:=-~]*$/

/** Rules that browsers check (RFC 6265bis sections 4.1.3 and 5.7). */
function assertAccepted(
  name: string,
  secure: boolean,
  path: string | null,
  { domain, sameSite, partitioned }: CookieOptions,
): void {
  if (!isHeaderName(name)) {
    const what = "a name must consist of letters, digits and !#$%&'*+-.^_`|~"
    throw wrong('setCookie', what, name, 'Choose another name')
  }
  if (path && !PATH.test(path)) {
    const what = 'a path must start with "/" and have no spaces, commas or semicolons'
    throw wrong('setCookie', what, path, 'Percent-encode it')
  }
  const prefix = name.toLowerCase()
  const refuse = (what: string, fix: string): never => {
    throw new TypeError(
      `setCookie: ${what}, ${JSON.stringify(name)} was given without it. ${fix}, or browsers drop the cookie.`,
    )
  }
  if (prefix.startsWith('__secure-') && !secure) {
    refuse('a name with __Secure- needs secure', 'Pass secure: true')
  }
  if (prefix.startsWith('__host-') && (!secure || path !== '/' || domain)) {
    refuse(
      'a name with __Host- needs secure, the path "/" and no domain',
      'Pass secure: true and leave path and domain out',
    )
  }
  if (sameSite?.toLowerCase() === 'none' && !secure) {
    refuse('sameSite "none" needs secure', 'Pass secure: true')
  }
  if (partitioned && !secure) refuse('partitioned needs secure', 'Pass secure: true')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
