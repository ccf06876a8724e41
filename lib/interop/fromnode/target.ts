/** What an app inside calls the path: the rest behind the mounts, as a part of a URL. */

import { encodePath } from '../../http/urls.ts'
import { encodeText } from '../../internal/bytes.ts'
import { decode, withoutNeedlessEscapes } from '../../protocol/target.ts'
import type { HTTPScope } from '../../types.ts'

/** The three paths that Express and Connect know. */
export interface Target {
  /** What the app inside routes by: the path behind the prefix, and the query. */
  readonly url: string
  /** The whole path and the query. */
  readonly originalUrl: string
  /** The prefix that mounts and the server have dealt with, encoded, or `''`. */
  readonly baseUrl: string
}

/**
 * Splits the path of a request where routing has split it.
 *
 * The path is given as it came on the wire, so that `%2F` stays in its segment, with one exception:
 * letters, digits and `-._~` that were escaped without need are not. Routing has read `/%61dmin` as
 * "/admin", and a guard inside that compares undecoded paths must read the same (CVE-2026-22037).
 * When the two do not say the same, as after a middleware that changes `scope.path`, the scope counts.
 */
export function targetOf(scope: HTTPScope): Target {
  const query = scope.queryString === '' ? '' : `?${scope.queryString}`
  const raw = rawPathOf(scope)
  const end = scope.rootPath === '' ? 0 : prefixEnd(raw, scope.rootPath)
  const baseUrl = raw.slice(0, end)
  const rest = rooted(raw.slice(end))
  return { url: rest + query, originalUrl: raw + query, baseUrl }
}

/** The path, encoded, and without escapes that mean nothing. */
function rawPathOf({ path, rawPath }: HTTPScope): string {
  if (path === rawPath && !path.includes('%')) return path
  return decode(rawPath) === path ? withoutNeedlessEscapes(rawPath) : encodePath(path)
}

/**
 * Where in an encoded path the decoded prefix ends; 0 when it does not begin with it.
 *
 * A slash may be escaped, since routing has read it decoded.
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

/** An app inside takes only paths that begin with a slash, or `*`, which is the server itself. */
function rooted(rest: string): string {
  if (rest.startsWith('/') || rest === '*') return rest
  return rest.startsWith('%') ? `/${rest.slice(3)}` : `/${rest}`
}
