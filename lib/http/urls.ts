/** Builds the URLs of a scope, and encodes paths for URLs. */

import { invalid } from '../internal/checks.ts'
import type { ConnectionScope, ServerAddress } from '../types.ts'
import { hostHeader, isAuthority, urlAuthority } from './hosts.ts'

/** The result of `urlPathFor`: a path, and the other parts of the URL that the route determines. */
export class URLPath {
  /** Percent-encoded. */
  readonly path: string
  /** `'http'` or `'websocket'` by the kind of route, `''` if a mounted app may be either. */
  readonly protocol: 'http' | 'websocket' | ''
  /** The host that a Host route requires, or `''`. */
  readonly host: string

  /** @throws TypeError if the host is invalid, such as "evil.org#". */
  constructor(path: string, protocol: 'http' | 'websocket' | '' = '', host = '') {
    if (host !== '' && !isAuthority(host)) {
      const what = 'the host must be a name or an address'
      throw invalid('URLPath', what, host, 'Check the parameters of the Host route')
    }
    this.path = path
    this.protocol = protocol
    this.host = host
  }

  /**
   * Returns the whole URL, relative to this base. An https base gives `https:` or `wss:`.
   *
   * @example
   * new URLPath('/chat', 'websocket').absolute('https://example.org/app/').href
   * // 'wss://example.org/app/chat'
   */
  absolute(base: URL | string): URL {
    const url = new URL(base)
    const secure = url.protocol === 'https:' || url.protocol === 'wss:'
    const prefix = withoutTrailingSlashes(url.pathname)
    const scheme = { http: secure ? 'https:' : 'http:', websocket: secure ? 'wss:' : 'ws:', '': '' }
    const protocol = scheme[this.protocol] || url.protocol
    return new URL(`${protocol}//${this.host || url.host}${prefix}${withLeadingSlash(this.path)}`)
  }

  toString(): string {
    return this.path
  }

  toJSON(): string {
    return this.path
  }
}

/**
 * Removes slashes at the end. It is a loop, because `/\/+$/` takes quadratic time on many slashes before
 * other text.
 */
export function withoutTrailingSlashes(path: string): string {
  let end = path.length
  while (path.charAt(end - 1) === '/') end--
  return path.slice(0, end)
}

/** A router, an application, or another object that can build the URL of a route. */
export interface Reversible {
  urlPathFor(target: unknown, params?: Readonly<Record<string, unknown>>): URLPath
}

/**
 * Returns the URL of a request. Its path is exactly `scope.path`, percent-encoded, whatever the Host field
 * is.
 *
 * If the Host field is invalid, the address of the server is used instead. A valid Host field is used as
 * the client sent it. `trustedHost()` restricts it to your own hosts.
 */
export function requestURL(scope: ConnectionScope): URL {
  const query = scope.queryString === '' ? '' : `?${scope.queryString.replaceAll('#', '%23')}`
  return withOrigin(scope, encodePath(scope.path) + query)
}

/**
 * Returns the URL of the application's root: origin and outermost prefix, ending in "/", without a query.
 */
export function baseURL(scope: ConnectionScope): URL {
  const prefix = encodePath(scope.appRootPath ?? scope.rootPath)
  return withOrigin(scope, prefix.endsWith('/') ? prefix : `${prefix}/`)
}

function withOrigin(scope: ConnectionScope, target: string): URL {
  const host = urlAuthority(hostHeader(scope))
  return (
    (host === undefined ? undefined : urlAt(scope, host, target)) ??
    urlAt(scope, serverAuthority(scope.server), target) ??
    new URL(`${scope.scheme}://localhost${withLeadingSlash(target)}`)
  )
}

/** Adds a leading slash. Without it a path such as "@example.org" would become a part of the host. */
function withLeadingSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

/**
 * Returns undefined if the URL parser refuses a host of valid characters: "xn--a", "[zz::1]", port 99999.
 */
function urlAt({ scheme }: ConnectionScope, authority: string, target: string): URL | undefined {
  try {
    return new URL(`${scheme}://${authority}${withLeadingSlash(target)}`)
  } catch {
    return undefined
  }
}

function serverAuthority(server: ServerAddress | null): string {
  if (server === null || server.port === null) return 'localhost'
  const host = server.host.includes(':') ? `[${server.host}]` : server.host
  return `${host}:${server.port}`
}

const PLAIN_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/]*$/

/**
 * Percent-encodes a decoded path. A URL parser reads back exactly this path.
 *
 * Dot segments are encoded twice, because URL parsers resolve even `%2e%2e`. So `url.pathname` never names
 * another folder than `scope.path` does.
 */
export function encodePath(path: string): string {
  return guardDots(percentEncode(path))
}

/** Percent-encodes one value as a segment of a path. Dot segments are encoded as by `encodePath`. */
export function encodeSegment(text: string): string {
  return guardDots(percentEncode(text).replaceAll('/', '%2F'))
}

/** Percent-encodes a piece of a path, except dot segments, which can be found only in the whole path. */
export function percentEncode(text: string): string {
  if (PLAIN_PATH.test(text)) return text
  return encodeURI(text.toWellFormed()).replaceAll('?', '%3F').replaceAll('#', '%23')
}

/** Encodes the dot segments of a path that was joined from encoded pieces. */
export function guardDots(path: string): string {
  if (!path.startsWith('.') && !path.includes('/.')) return path
  return path.replace(/(?<=^|\/)\.{1,2}(?=\/|$)/g, (dots) => dots.replaceAll('.', '%252e'))
}
