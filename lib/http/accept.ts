/** Reads which media types a client accepts (RFC 9110 section 12.5.1). */
import { weightOf } from './weights.ts'

// A media range and its parameters, whose quoted values may contain commas.
const RANGE = /[\t ,]*([^\t ,;"]*)((?:[^,"]|"(?:[^"\\]|\\.)*"?)*)/y
const QUOTED = /"(?:[^"\\]|\\.)*"?/g

/**
 * Whether the client accepts this type by name. Wildcards are ignored, because browsers send them when
 * they navigate to a page.
 *
 * The first mention is used; a weight of 0 means "not acceptable".
 *
 * @param accept The value of `Accept`, with several fields joined by commas.
 */
export function asksForType(accept: string, type: string): boolean {
  RANGE.lastIndex = 0
  while (RANGE.lastIndex < accept.length) {
    const [, name = '', params = ''] = RANGE.exec(accept) ?? []
    if (name.toLowerCase() === type) return weightOf(params.replace(QUOTED, '')) > 0
  }
  return false
}
