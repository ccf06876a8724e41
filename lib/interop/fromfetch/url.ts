/** The URL that an app behind a mount sees: absolute, and the same to whoever parses it once more. */
import { hostHeader } from '../../http/hosts.ts'
import { baseURL, encodePath } from '../../http/urls.ts'
import { decode, isBelow, restOnWire, withoutNeedlessEscapes } from '../../protocol/target.ts'
import type { HTTPScope } from '../../types.ts'

/** Characters that the URL parser leaves as they are; with a query, and no fragment. */
const PLAIN = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%?]*$/

/** A dot segment of a decoded path, by which a URL parser, or whoever decodes once more, would climb. */
const DOTS = /(?:^|\/)\.{1,2}(?=\/|$)/

/**
 * The whole URL.
 *
 * @param below Whether the prefix of the mounts is left out.
 */
export function urlOf(scope: HTTPScope, below: boolean): string {
  const path = below ? pathBelow(scope) : rawPathOf(scope.rawPath, scope.path)
  const query = scope.queryString === '' ? '' : `?${scope.queryString.replaceAll('#', '%23')}`
  const target = path + query
  if (PLAIN.test(target)) return originOf(scope) + target
  return new URL(originOf(scope) + target).href
}

let last: Pick<HTTPScope, 'scheme' | 'server'> & {
  readonly host: string
  readonly origin: string
} = {
  scheme: '',
  server: null,
  host: '',
  origin: '',
}

/** Most requests name the host that the one before named; what is no host is not believed. */
function originOf(scope: HTTPScope): string {
  const { scheme, server } = scope
  const host = hostHeader(scope)
  if (host !== last.host || scheme !== last.scheme || server !== last.server || host === '') {
    last = { scheme, server, host, origin: baseURL(scope).origin }
  }
  return last.origin
}

function pathBelow({ path, rawPath, rootPath }: HTTPScope): string {
  if (rootPath === '' || !isBelow(path, rootPath)) return rawPathOf(rawPath, path)
  const rest = path.slice(rootPath.length)
  return rawPathOf(restOnWire(rawPath, rootPath.length), rest)
}

/**
 * A path as it came on the wire, if it says what the decoded path says; otherwise the decoded one,
 * encoded again: middleware may have changed it, and what guards have looked at is what counts.
 *
 * Dot segments and backslashes, which the URL parser would read as more than a name, are encoded. Escapes
 * that mean nothing are not kept: an app that compares undecoded paths reads what routing has read.
 */
function rawPathOf(rawPath: string, path: string): string {
  if (decode(rawPath) !== path || rawPath.includes('\\') || DOTS.test(path))
    return rooted(encodePath(path))
  return rooted(withoutNeedlessEscapes(rawPath))
}

function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}
