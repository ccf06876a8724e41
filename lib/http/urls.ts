/** URLs made from a scope, and paths on their way to become URLs. */

import type { ConnectionScope, ServerAddress } from '../types.ts'
import { hostHeader, isAuthority, urlAuthority } from './hosts.ts'

/** What `urlPathFor` gives: a path, and what is known of the rest of its URL. */
export class URLPath {
  /** Percent-encoded. */
  readonly path: string
  /** `'http'` or `'websocket'` by the kind of route, `''` when a mounted app could be either. */
  readonly protocol: 'http' | 'websocket' | ''
  /** The host that a Host route asks for, or `''`. */
  readonly host: string

  /** @throws TypeError for a host that would end early in a URL, such as "evil.org#". */
  constructor(path: string, protocol: 'http' | 'websocket' | '' = '', host = '') {
    if (host !== '' && !isAuthority(host)) {
      throw new TypeError(
        `URLPath: the host must be a name or an address, ${JSON.stringify(host)} was given. Check the parameters of the Host route.`,
      )
    }
    this.path = path
    this.protocol = protocol
    this.host = host
  }

  /**
   * The whole URL, seen from this base; its scheme stays as secure as the base's.
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
    return new URL(`${protocol}//${this.host || url.host}${prefix}${rooted(this.path)}`)
  }

  toString(): string {
    return this.path
  }

  toJSON(): string {
    return this.path
  }
}

/** A loop, since `/\/+$/` takes quadratic time on many slashes with something behind them. */
export function withoutTrailingSlashes(path: string): string {
  let end = path.length
  while (path.charAt(end - 1) === '/') end--
  return path.slice(0, end)
}

/** A router, an application, or what else can tell the URL of a route. */
export interface Reversible {
  urlPathFor(target: unknown, params?: Readonly<Record<string, unknown>>): URLPath
}

/**
 * The URL of a request: its path is exactly `scope.path`, percent-encoded, whatever the Host says.
 *
 * A Host field that is not plain is not used; the address of the server stands in for it. A plain one
 * is used as the client sent it: `trustedHost()` limits it to the hosts that are yours.
 */
export function requestURL(scope: ConnectionScope): URL {
  const query = scope.queryString === '' ? '' : `?${scope.queryString.replaceAll('#', '%23')}`
  return withOrigin(scope, encodePath(scope.path) + query)
}

/** The URL of the application's root: origin and the outermost prefix, ending in "/", no query. */
export function baseURL(scope: ConnectionScope): URL {
  const prefix = encodePath(scope.appRootPath ?? scope.rootPath)
  return withOrigin(scope, prefix.endsWith('/') ? prefix : `${prefix}/`)
}

function withOrigin(scope: ConnectionScope, target: string): URL {
  const host = urlAuthority(hostHeader(scope))
  return (
    (host === undefined ? undefined : urlAt(scope, host, target)) ??
    urlAt(scope, serverAuthority(scope.server), target) ??
    new URL(`${scope.scheme}://localhost${rooted(target)}`)
  )
}

/** A path without a slash before it would become a part of the host: "@example.org". */
function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

/** Some hosts of plain characters are still none: "xn--a", "[zz::1]", port 99999. */
function urlAt({ scheme }: ConnectionScope, authority: string, target: string): URL | undefined {
  try {
    return new URL(`${scheme}://${authority}${rooted(target)}`)
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
 * Percent-encodes a decoded path so that a URL parser reads back just this path.
 *
 * A dot segment cannot be written in a URL, where even `%2e%2e` climbs; it is encoded twice, so that
 * `url.pathname` never names another folder than `scope.path` does.
 */
export function encodePath(path: string): string {
  return guardDots(percentEncode(path))
}

/** Percent-encodes one value for its place between two slashes of a path; dots as in a path. */
export function encodeSegment(text: string): string {
  return guardDots(percentEncode(text).replaceAll('/', '%2F'))
}

/** Percent-encodes a piece of a path; dot segments show only when all pieces are together. */
export function percentEncode(text: string): string {
  if (PLAIN_PATH.test(text)) return text
  return encodeURI(text.toWellFormed()).replaceAll('?', '%3F').replaceAll('#', '%23')
}

/** Encodes the dot segments of a path that was put together from encoded pieces. */
export function guardDots(path: string): string {
  if (!path.startsWith('.') && !path.includes('/.')) return path
  return path.replace(/(?<=^|\/)\.{1,2}(?=\/|$)/g, (dots) => dots.replaceAll('.', '%252e'))
}
