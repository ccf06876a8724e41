/** URLs made from a scope, and paths on their way to become URLs. */

import { hostHeader } from './hosts.ts'
import type { ConnectionScope, ServerAddress } from './types.ts'

/** What `urlPathFor` gives: a path, and what is known of the rest of its URL. */
export class URLPath {
  /** Percent-encoded. */
  readonly path: string
  /** `'http'` or `'websocket'` by the kind of route, `''` when a mounted app could be either. */
  readonly protocol: 'http' | 'websocket' | ''
  /** The host that a Host route asks for, or `''`. */
  readonly host: string

  constructor(path: string, protocol: 'http' | 'websocket' | '' = '', host = '') {
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
    return new URL(`${protocol}//${this.host || url.host}${prefix}${this.path}`)
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

// Underscores and sub-delimiters are left out on purpose: the URL parser reads some of them
// differently from what was sent, and the server's own address is then the safer answer.
const PLAIN_HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/

/**
 * The URL of a request: its path is exactly `scope.path`, percent-encoded, whatever the Host says.
 *
 * A Host field that is not plain is not used; the address of the server stands in for it.
 */
export function requestURL(scope: ConnectionScope): URL {
  const query = scope.queryString === '' ? '' : `?${scope.queryString}`
  return withOrigin(scope, encodePath(scope.path) + query)
}

/** The URL of the application's root: origin and the outermost prefix, ending in "/", no query. */
export function baseURL(scope: ConnectionScope): URL {
  const prefix = encodePath(scope.appRootPath ?? scope.rootPath)
  return withOrigin(scope, prefix.endsWith('/') ? prefix : `${prefix}/`)
}

function withOrigin(scope: ConnectionScope, target: string): URL {
  const rooted = target.startsWith('/') ? target : `/${target}`
  const host = hostHeader(scope)
  if (PLAIN_HOST.test(host)) {
    const url = parseURL(`${scope.scheme}://${host}${rooted}`)
    if (url) return url
  }
  return new URL(`${scope.scheme}://${serverAuthority(scope.server)}${rooted}`)
}

/** Some hosts of plain characters are still none: "1.2.3.999", "[zz::1]", port 99999. */
function parseURL(text: string): URL | undefined {
  try {
    return new URL(text)
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
  const encoded = PLAIN_PATH.test(path)
    ? path
    : encodeURI(path.toWellFormed()).replace(/[?#]/g, encodeURIComponent)
  if (!encoded.includes('/.')) return encoded
  return encoded.replace(/(?<=\/)\.{1,2}(?=\/|$)/g, (dots) => dots.replaceAll('.', '%252e'))
}

/** Percent-encodes one value for its place between two slashes of a path. */
export function encodeSegment(text: string): string {
  return encodePath(text).replaceAll('/', '%2F')
}
