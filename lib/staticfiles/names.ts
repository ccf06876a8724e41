/** Which names may be looked up in a directory: one rule for all platforms. */
import { encodeText } from '../internal/bytes.ts'

/** The names beginning with a dot that are served: all, none, or these. */
export type DotNames = boolean | ReadonlySet<string>

/** File systems take no longer names (in bytes), and few take longer paths. */
const LONGEST_SEGMENT = 255
const LONGEST_PATH = 4096

/** Control characters; the separator of Windows; drives and alternate streams. */
const FORBIDDEN = /[\x00-\x1f\x7f\\:]/
/** What would be a separator, a dot or NUL, did anybody behind decode once more. */
const ENCODED = /%(?:25)*(?:00|2[ef]|5c)/i
const ENCODED_SEPARATOR = /%(?:2f|5c)/i
/** Windows opens the device, whatever the extension and the directory. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i
/** Another name that Windows gives to a file: `HTACCE~1` is `.htaccess`. */
const SHORT_NAME = /^(?=[^.]{1,8}(?:\.|$))[^.]*~[0-9]+(?:\.[^.]{1,3})?$/

/**
 * The name, within a directory, that a path asks for; undefined when it must not be looked up.
 *
 * Nothing is repaired: a path with `.`, `..` or an empty segment is refused, not normalised, since
 * a guard in front has seen it as it is. The rules of all systems hold on each, so that a program
 * serves the same files wherever it runs. A slash at the end is not part of the name.
 *
 * @param path What follows the mount, percent-decoded once, as in `scope.path`.
 * @param rawPath As it came on the wire: a slash that was encoded there was no slash to others.
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
