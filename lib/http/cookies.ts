/** Cookies: parses those of a request, and writes `Set-Cookie` values that browsers accept. */

import { parseCookie, stringifySetCookie } from 'cookie'
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
  const parsed = parseCookie(fields.join('; '), DECODING)
  for (const name in parsed) {
    const value = parsed[name]
    if (name !== '' && value !== undefined) cookies[name] = value
  }
  return cookies
}

const DECODING = { decode: decodeValue }

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
  const { path = '/', sameSite = 'lax', domain, maxAge, expires } = options
  const secure = options.secure ?? false
  assertAccepted(name, secure, path, options)
  const line = write(name, () =>
    stringifySetCookie({
      name,
      value,
      secure,
      httpOnly: options.httpOnly ?? false,
      partitioned: options.partitioned ?? false,
      ...(path ? { path } : {}),
      ...(domain ? { domain } : {}),
      ...(sameSite ? { sameSite } : {}),
      ...(maxAge === undefined ? {} : { maxAge }),
      ...(expires === undefined ? {} : { expires: toDate(expires) }),
    }),
  )
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

function toDate(expires: Date | number): Date {
  return typeof expires === 'number' ? new Date(Date.now() + expires * 1000) : expires
}

// Browsers compare the attribute with the encoded path of the request, so other characters never match.
const PATH = /^\/[!-+\--:=-~]*$/

/** Rules that browsers check and the `cookie` package does not (RFC 6265bis sections 4.1.3 and 5.7). */
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
