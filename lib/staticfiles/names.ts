/** The names that may be looked up in a directory: one rule for all platforms. */
import { encodeText } from '../internal/bytes.ts'

/** The names beginning with a dot that are served: all, none, or these. */
export type DotNames = boolean | ReadonlySet<string>

/** The limit of file systems, in bytes; few allow longer paths. */
const LONGEST_SEGMENT = 255
const LONGEST_PATH = 4096

/** Control characters; the separator of Windows; drives and alternate streams. */
const FORBIDDEN = /[\x00-\x1f\x7f\\:]/
/** An encoded separator, dot or NUL: they would be dangerous if a later step decoded the path again. */
const ENCODED = /%(?:25)*(?:00|2[ef]|5c)/i
const ENCODED_SEPARATOR = /%(?:2f|5c)/i
/** Windows opens the device for any extension, in any directory. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i
/** The short name that Windows gives to a file: `HTACCE~1` is `.htaccess`. */
const SHORT_NAME = /^(?=[^.]{1,8}(?:\.|$))[^.]*~[0-9]+(?:\.[^.]{1,3})?$/

/**
 * Returns the name in a directory for a path; undefined if the name must not be looked up.
 *
 * A path with `.`, `..` or an empty segment is refused and not normalized, because an earlier guard has
 * checked the path without normalization. The rules of all systems apply on every system, so a program
 * serves the same files everywhere. A trailing slash is not part of the name.
 *
 * @param path The path after the mount, percent-decoded once, as in `scope.path`.
 * @param rawPath The path as received. Guards and routes did not treat an encoded slash in it as a slash.
 */
export function servableName(
  path: string,
  rawPath: string,
  dotNames: DotNames,
): string | undefined {
  if (path.charCodeAt(0) !== 47 || path.length > LONGEST_PATH) return undefined
  if (FORBIDDEN.test(path) || !path.isWellFormed()) return undefined
  if (rawPath.includes('%') && ENCODED_SEPARATOR.test(rawPath)) return undefined
  if (path.includes('%') && ENCODED.test(path)) return undefined
  const name = path.slice(1, path.length > 1 && path.endsWith('/') ? -1 : undefined)
  if (name === '') return path === '/' ? '' : undefined
  return name.split('/').every((segment) => isServable(segment, dotNames)) ? name : undefined
}

function isServable(segment: string, dotNames: DotNames): boolean {
  if (segment === '' || segment.endsWith('.') || segment.endsWith(' ')) return false
  if (segment.startsWith('.') && !isListed(segment, dotNames)) return false
  if (segment.length * 3 > LONGEST_SEGMENT && encodeText(segment).byteLength > LONGEST_SEGMENT)
    return false
  return !DEVICE.test(segment) && !(segment.includes('~') && SHORT_NAME.test(segment))
}

function isListed(segment: string, dotNames: DotNames): boolean {
  return typeof dotNames === 'boolean' ? dotNames : dotNames.has(segment)
}
