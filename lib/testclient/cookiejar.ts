/** The cookies of a test client, kept and sent as a browser would. */
import { parseSetCookie, stringifyCookie } from 'cookie'

interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  /** Whether only this very host gets it. */
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
}

/** Cookies by domain, path and name (RFC 6265 section 5.3). */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>()

  /** Puts a cookie in for this host, as if it had set it. */
  set(name: string, value: string, url: URL): void {
    this.#put({ name, value, domain: url.hostname, hostOnly: true, path: '/', secure: false })
  }

  /** Takes a `Set-Cookie` field of an answer from this URL. */
  take(field: string, url: URL): void {
    const {
      name,
      value = '',
      domain,
      path,
      secure = false,
      maxAge,
      expires,
    } = parseSetCookie(field)
    const cookie: Cookie = {
      name,
      value,
      domain: (domain ?? url.hostname).replace(/^\./, '').toLowerCase(),
      hostOnly: domain === undefined,
      path: path?.startsWith('/') ? path : folderOf(url.pathname),
      secure,
    }
    if (!belongs(url.hostname, cookie)) return
    const isOver =
      maxAge === undefined ? expires !== undefined && expires.getTime() <= Date.now() : maxAge <= 0
    if (isOver) this.#cookies.delete(keyOf(cookie))
    else this.#put(cookie)
  }

  /** The `Cookie` field for a request, or `''`. */
  fieldFor(url: URL): string {
    const cookies: Record<string, string> = {}
    for (const cookie of this.#cookies.values()) {
      const fits = belongs(url.hostname, cookie) && isBelow(url.pathname, cookie.path)
      if (fits && (!cookie.secure || url.protocol === 'https:')) cookies[cookie.name] = cookie.value
    }
    return stringifyCookie(cookies)
  }

  /** The value of a cookie, whatever its domain and path; undefined when there is none. */
  get(name: string): string | undefined {
    return [...this.#cookies.values()].find((cookie) => cookie.name === name)?.value
  }

  clear(): void {
    this.#cookies.clear()
  }

  #put(cookie: Cookie): void {
    this.#cookies.set(keyOf(cookie), cookie)
  }
}

function keyOf({ domain, path, name }: Cookie): string {
  return `${domain};${path};${name}`
}

function belongs(host: string, { domain, hostOnly }: Cookie): boolean {
  return host === domain || (!hostOnly && host.endsWith(`.${domain}`))
}

function isBelow(pathname: string, path: string): boolean {
  if (pathname === path) return true
  return pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

/** RFC 6265 section 5.1.4. */
function folderOf(pathname: string): string {
  const slash = pathname.lastIndexOf('/')
  return slash <= 0 ? '/' : pathname.slice(0, slash)
}
