/** The URL that an app behind a mount sees: absolute, and unchanged by further parsing. */
import { hostHeader } from '../../http/hosts.ts'
import { baseURL, encodePath } from '../../http/urls.ts'
import { decode, isBelow, restOnWire, withoutNeedlessEscapes } from '../../protocol/target.ts'
import type { HTTPScope } from '../../types.ts'

/** Characters that the URL parser does not change, including a query but no fragment. */
const PLAIN = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%?]*$/

/** A dot segment of a decoded path, which URL parsers and repeated decoding would resolve. */
const DOTS = /(?:^|\/)\.{1,2}(?=\/|$)/

/**
 * The absolute URL.
 *
 * @param below Whether the prefix of the mounts is removed.
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

/** The origin of the URL, cached because most requests name the same host. An invalid host is ignored. */
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
 * The raw path, if it decodes to the decoded path; otherwise that path, encoded again: middleware may
 * have changed it, and access checks have used it.
 *
 * Dot segments and backslashes are encoded, because the URL parser would interpret them. Needless escapes are
 * decoded, because an app that compares raw paths must get the same path as routing.
 */
function rawPathOf(rawPath: string, path: string): string {
  if (decode(rawPath) !== path || rawPath.includes('\\') || DOTS.test(path))
    return withLeadingSlash(encodePath(path))
  return withLeadingSlash(withoutNeedlessEscapes(rawPath))
}

function withLeadingSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}
