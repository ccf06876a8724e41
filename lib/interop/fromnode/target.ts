/** The paths of a request as Express names them: the rest after the mounts, as part of a URL. */

import { encodePath } from '../../http/urls.ts'
import { encodeText } from '../../internal/bytes.ts'
import { decode, withoutNeedlessEscapes } from '../../protocol/target.ts'
import type { HTTPScope } from '../../types.ts'

/** The three paths of Express and Connect. */
interface Target {
  /** The path that the app routes by: after the prefix, with the query. */
  readonly url: string
  /** The whole path and the query. */
  readonly originalUrl: string
  /** The prefix that mounts and the server have consumed, encoded, or `''`. */
  readonly baseUrl: string
}

/**
 * Splits the path of a request into prefix and rest, at the same position as routing.
 *
 * The raw path is used, because `%2F` must stay in its segment. There is one exception: letters, digits and
 * `-._~` that were escaped needlessly are decoded. Routing has read `/%61dmin` as "/admin", and a check
 * inside that compares raw paths must read the same (CVE-2026-22037). If raw path and path disagree, for
 * example after a middleware that changes `scope.path`, the path is used.
 */
export function targetOf(scope: HTTPScope): Target {
  const query = scope.queryString === '' ? '' : `?${scope.queryString}`
  const raw = rawPathOf(scope)
  const end = scope.rootPath === '' ? 0 : prefixEnd(raw, scope.rootPath)
  const baseUrl = raw.slice(0, end)
  const rest = pathForNode(raw.slice(end))
  return { url: rest + query, originalUrl: raw + query, baseUrl }
}

/** The path, encoded, without needless escapes. */
function rawPathOf({ path, rawPath }: HTTPScope): string {
  if (path === rawPath && !path.includes('%')) return path
  return decode(rawPath) === path ? withoutNeedlessEscapes(rawPath) : encodePath(path)
}

/**
 * The index in an encoded path at which the decoded prefix ends; 0 if the path does not begin with it.
 *
 * Slashes may be escaped, because routing has matched the decoded path.
 */
function prefixEnd(raw: string, prefix: string): number {
  let end = 0
  if (raw.startsWith(prefix) && !prefix.includes('%')) end = prefix.length
  else
    for (const byte of encodeText(prefix)) {
      const isEscape = raw.charAt(end) === '%'
      const code = isEscape ? Number.parseInt(raw.slice(end + 1, end + 3), 16) : raw.charCodeAt(end)
      if (code !== byte) return 0
      end += isEscape ? 3 : 1
    }
  return /^(?:\/|%2f|$)/i.test(raw.slice(end, end + 3)) ? end : 0
}

/** A Node app expects a path that begins with a slash, or `*`, the server itself. */
function pathForNode(rest: string): string {
  if (rest.startsWith('/') || rest === '*') return rest
  return rest.startsWith('%') ? `/${rest.slice(3)}` : `/${rest}`
}
