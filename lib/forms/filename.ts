/** Makes file names from clients harmless. */
import { encodeText } from '../internal/bytes.ts'

/** The limit of file systems, in bytes. */
const MOST_BYTES = 255

/** Names of devices on Windows, with any extension, even after spaces. */
const RESERVED =
  /^(?:con(?:in\$|out\$)?|prn|aux|nul|clock\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i

/**
 * A name that is safe for a file in any folder, on every system; `fallback` if nothing is left.
 *
 * Leading folders are removed; invalid characters become `_`.
 *
 * @example
 * safeFilename('../../etc/passwd') // 'passwd'
 */
export function safeFilename(name: string, fallback = 'upload'): string {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  // Control characters, special characters of shells and drives, and overrides of the text direction.
  const plain = last.replace(
    /[\0-\x1f\x7f-\x9f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    '_',
  )
  const trimmed = withoutEnds(plain.toWellFormed())
  if (trimmed === '') return fallback
  const short = shorten(trimmed)
  return RESERVED.test(short) ? shorten(`_${short}`) : short
}

/** Removes dots and spaces at the ends: they make hidden files or `..`, or Windows drops them. */
function withoutEnds(name: string): string {
  let [from, to] = [0, name.length]
  while (from < to && isEnd(name, from)) from++
  while (to > from && isEnd(name, to - 1)) to--
  return name.slice(from, to)
}

function isEnd(name: string, at: number): boolean {
  return name[at] === '.' || name[at] === ' '
}

/** Shortens the name; a valid extension is kept. */
function shorten(name: string): string {
  if (encodeText(name).byteLength <= MOST_BYTES) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : ''
  let room = MOST_BYTES - encodeText(extension).byteLength
  let stem = ''
  for (const character of name) {
    room -= encodeText(character).byteLength
    if (room < 0) break
    stem += character
  }
  return withoutEnds(stem) + extension
}
