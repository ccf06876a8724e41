/** Cookies: reading the request's, and writing one that browsers accept. */
import { parseCookie, stringifySetCookie } from 'cookie'

export interface CookieOptions {
  /** Seconds to live; 0 or less removes it. Without it and `expires`, until the browser closes. */
  maxAge?: number
  /** A date, or a number of seconds from now. */
  expires?: Date | number
  /** The paths it is sent to ('/'); null leaves the attribute out. */
  path?: string | null
  /** The domain it is sent to, with its subdomains (only the host that set it). */
  domain?: string
  /** Over https only (false). */
  secure?: boolean
  /** Out of reach for scripts (false). */
  httpOnly?: boolean
  /** When other sites' requests carry it ('lax'); null leaves the attribute out. */
  sameSite?: 'lax' | 'strict' | 'none' | null
  /** A jar of its own for every embedding site (false); needs `secure`. */
  partitioned?: boolean
}

/**
 * Reads the `Cookie` fields of a request into an object without prototype.
 *
 * Several fields count as one (HTTP/2 splits them); the first of two equal names wins, values are
 * percent-decoded, quotes are taken off, and pairs without a name are dropped: `=__Host-id=x` must
 * not be read as `__Host-id`.
 */
export function parseCookies(fields: readonly string[]): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(parseCookie(fields.join('; ')))) {
    if (name !== '') cookies[name] = unquote(value ?? '')
  }
  return cookies
}

/** Takes off the quotes and escapes that Python's cookies, among others, put around values. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value
  return value
    .slice(1, -1)
    .replace(/\\(?:([0-3][0-7][0-7])|(.))/g, (_, octal: string | undefined, other: string) =>
      octal === undefined ? other : String.fromCharCode(Number.parseInt(octal, 8)),
    )
}

/**
 * Writes one `Set-Cookie` value.
 *
 * @throws TypeError for a name, domain, path or number that would break out of its place, and for
 * combinations which browsers drop without a word: the prefixes `__Host-` and `__Secure-`,
 * `SameSite=None` and `Partitioned` without what they need.
 */
export function serializeCookie(name: string, value: string, options: CookieOptions = {}): string {
  const { path = '/', sameSite = 'lax', domain, maxAge, expires } = options
  const secure = options.secure ?? false
  assertAccepted(name, secure, path, options)
  try {
    return stringifySetCookie({
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
    })
  } catch (error) {
    throw new TypeError(
      `setCookie: the cookie ${JSON.stringify(name)} cannot be written, ${messageOf(error)}. ` +
        'Names are tokens; paths and domains have no control characters, spaces or semicolons.',
      { cause: error },
    )
  }
}

function toDate(expires: Date | number): Date {
  return typeof expires === 'number' ? new Date(Date.now() + expires * 1000) : expires
}

/** Rules that browsers check and the `cookie` package does not (RFC 6265bis sections 4.1.3 and 5.7). */
function assertAccepted(
  name: string,
  secure: boolean,
  path: string | null,
  { domain, sameSite, partitioned }: CookieOptions,
): void {
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
