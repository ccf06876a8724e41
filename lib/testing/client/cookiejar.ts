/** The cookies of a test client. They are stored and sent as in a browser. */
import { parseSetCookie, stringifyCookie } from 'cookie'
import { parseCookies } from '../../http/cookies.ts'
import { parseAddress } from '../../http/ipaddresses.ts'

interface Cookie {
  readonly name: string
  /** Name and value as received. They are sent back unchanged. */
  readonly pair: string
  readonly domain: string
  /** Whether it is sent to exactly this host only. */
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
  /** In milliseconds since 1970; Infinity for a session cookie. */
  readonly expires: number
}

/** Cookies by domain, path and name (RFC 6265 section 5.3). */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>()

  /**
   * Adds a cookie for the host of the URL, as if a response of this host had set it.
   *
   * @throws TypeError if the name is invalid.
   */
  set(name: string, value: string, url: URL): void {
    this.#put({
      name,
      pair: stringifyCookie({ [name]: value }),
      domain: url.hostname,
      hostOnly: true,
      path: '/',
      secure: false,
      expires: Number.POSITIVE_INFINITY,
    })
  }

  /** Stores a `Set-Cookie` field of a response from this URL. */
  take(field: string, url: URL): void {
    // The value is not decoded, because a browser sends back the exact value.
    const set = parseSetCookie(field, { decode: (value) => value })
    const { name, value = '', path, secure = false } = set
    const domain = domainOf(set.domain)
    const cookie: Cookie = {
      name,
      pair: `${name}=${value}`,
      domain: domain === '' ? url.hostname : domain,
      hostOnly: domain === '',
      path: path?.startsWith('/') ? path : folderOf(url.pathname),
      secure,
      expires: endOf(set),
    }
    if (name === '' || !belongs(url.hostname, cookie)) return
    if (isOver(cookie)) this.#cookies.delete(keyOf(cookie))
    else this.#put(cookie)
  }

  /** Returns the `Cookie` field for a request, or `''`. Longer paths come first (RFC 6265 section 5.4). */
  fieldFor(url: URL): string {
    return this.#living()
      .filter((cookie) => belongs(url.hostname, cookie) && isBelow(url.pathname, cookie.path))
      .filter((cookie) => !cookie.secure || url.protocol === 'https:')
      .sort((one, other) => other.path.length - one.path.length)
      .map((cookie) => cookie.pair)
      .join('; ')
  }

  /**
   * Returns the value of a cookie as in `request.cookies`, for any domain and path; undefined if there is
   * no such cookie.
   */
  get(name: string): string | undefined {
    const cookie = this.#living().find((cookie) => cookie.name === name)
    return cookie && parseCookies([cookie.pair])[name]
  }

  clear(): void {
    this.#cookies.clear()
  }

  #living(): Cookie[] {
    return [...this.#cookies.values()].filter((cookie) => !isOver(cookie))
  }

  #put(cookie: Cookie): void {
    this.#cookies.set(keyOf(cookie), cookie)
  }
}

function keyOf({ domain, path, name }: Cookie): string {
  return `${domain};${path};${name}`
}

/** `Max-Age` overrides `Expires`. */
function endOf({ maxAge, expires }: { maxAge?: number; expires?: Date }): number {
  if (maxAge !== undefined) return Date.now() + maxAge * 1000
  return expires?.getTime() ?? Number.POSITIVE_INFINITY
}

function isOver({ expires }: Cookie): boolean {
  return expires <= Date.now()
}

/** An empty domain counts as missing; a leading dot is ignored (RFC 6265 sections 5.2.3 and 5.3). */
function domainOf(written = ''): string {
  return written.trim().replace(/^\./, '').toLowerCase()
}

/** An IP address has no parent domain (RFC 6265 section 5.1.3). */
function belongs(host: string, { domain, hostOnly }: Cookie): boolean {
  return host === domain || (!hostOnly && host.endsWith(`.${domain}`) && !isAddress(host))
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || parseAddress(host) !== undefined
}

function isBelow(pathname: string, path: string): boolean {
  if (pathname === path) return true
  return pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

/** The default path (RFC 6265 section 5.1.4). */
function folderOf(pathname: string): string {
  const slash = pathname.lastIndexOf('/')
  return slash <= 0 ? '/' : pathname.slice(0, slash)
}
