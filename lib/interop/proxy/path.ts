/** The path of a request at the upstream: the base, and what is below the mount, never above it. */
import type { ConnectionScope } from '../../types.ts'
import { percentEncode } from '../../urls.ts'

/** How often a path may be encoded; nobody means more by it. */
const MOST_ROUNDS = 5

/**
 * The target for the upstream; undefined for a path that some reader would take out of the base, or
 * that is none.
 */
export function upstreamPath(base: string, scope: ConnectionScope): string | undefined {
  const rest = rawRest(scope)
  if (rest === undefined || !/^(?:\/[\x21-\x7e]*)?$/.test(rest) || /[?#\\]/.test(rest)) {
    return undefined
  }
  if (climbs(rest)) return undefined
  const { queryString } = scope
  if (!/^[\x21-\x7e]*$/.test(queryString) || queryString.includes('#')) return undefined
  return (base + rest || '/') + (queryString === '' ? '' : `?${queryString}`)
}

/** As it came on the wire below the mount, so that `%2F` and the like stay what they are. */
function rawRest({ path, rawPath, rootPath }: ConnectionScope): string | undefined {
  const isBelow = path.startsWith(rootPath) && /^(?:\/|$)/.test(path.slice(rootPath.length))
  const prefix = isBelow ? rootPath : ''
  // A middleware may have changed the one, and not the other; what routing reads counts.
  if (decode(rawPath) !== path) return percentEncode(path.slice(prefix.length))
  const end = rawLength(rawPath, prefix)
  return end === undefined ? undefined : rawPath.slice(end)
}

/** How much of the raw path the prefix is; undefined when it ends within an escape. */
function rawLength(rawPath: string, prefix: string): number | undefined {
  let raw = 0
  let read = 0
  while (read < prefix.length) {
    const size = rawPath.charAt(raw) === '%' ? 3 * utf8Length(rawPath.slice(raw + 1, raw + 3)) : 1
    const piece = decode(rawPath.slice(raw, raw + size))
    if (piece === undefined || !prefix.startsWith(piece, read)) return undefined
    raw += size
    read += piece.length
  }
  return raw
}

/** How many bytes a character has, by its first. */
function utf8Length(hex: string): number {
  const byte = Number.parseInt(hex, 16)
  if (byte < 0xc0) return 1
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

// Upstreams differ in what they take off a segment before they look at it: parameters, blanks, NUL.
const DOTS = /(?:^|[/\\])[\0-\x20]*\.[\0-\x20]*\.?[\0-\x20]*(?=[/\\;?#]|$)/

/** Whether there is a dot segment, for anybody who decodes once, or again and again. */
function climbs(rest: string): boolean {
  let text = rest
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (DOTS.test(text)) return true
    const decoded = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    if (decoded === text) return false
    text = decoded
  }
  return true
}
