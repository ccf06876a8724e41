/** The path at the upstream: the base and the path below the mount, never above the base. */

import { percentEncode } from '../../http/urls.ts'
import { decode, isBelow, lengthOnWire } from '../../protocol/target.ts'
import type { ConnectionScope } from '../../types.ts'

/** The number of layers of encoding that are checked. */
const MOST_ROUNDS = 5

/**
 * The request target for the upstream; undefined if the path is invalid, or if some parser could resolve it
 * to a path outside the base.
 */
export function upstreamPath(base: string, scope: ConnectionScope): string | undefined {
  const rest = rawRest(scope)
  if (!/^(?:\/[\x21-\x7e]*)?$/.test(rest) || /[?#\\]/.test(rest)) {
    return undefined
  }
  if (climbs(rest)) return undefined
  const { queryString } = scope
  if (!/^[\x21-\x7e]*$/.test(queryString) || queryString.includes('#')) return undefined
  return (base + rest || '/') + (queryString === '' ? '' : `?${queryString}`)
}

/** The raw path below the mount. Escapes such as `%2F` are kept. */
function rawRest({ path, rawPath, rootPath }: ConnectionScope): string {
  const length = isBelow(path, rootPath) ? rootPath.length : 0
  // A middleware may have changed only one of them. Routing reads the decoded path, so that path is used.
  if (decode(rawPath) !== path) return percentEncode(path.slice(length))
  return rawPath.slice(lengthOnWire(rawPath, length))
}

/** Whether there is a dot segment after any number of decodings. */
function climbs(rest: string): boolean {
  let text = rest
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (text.split(/[/\\]/).some(isDots)) return true
    const decoded = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    if (decoded === text) return false
    text = decoded
  }
  return true
}

/** Upstreams strip different things from a segment before they read it: parameters, blanks, NUL. */
function isDots(segment: string): boolean {
  const end = segment.search(/[;?#]/)
  const name = (end < 0 ? segment : segment.slice(0, end)).replace(/[\0-\x20]/g, '')
  return name === '.' || name === '..'
}
