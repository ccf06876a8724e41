/** Which media types a client asks for (RFC 9110 section 12.5.1). */
import { weightOf } from './weights.ts'

// What stands before the parameters, and the parameters, in whose quoted texts commas are no ends.
const RANGE = /[\t ,]*([^\t ,;"]*)((?:[^,"]|"(?:[^"\\]|\\.)*"?)*)/y
const QUOTED = /"(?:[^"\\]|\\.)*"?/g

/**
 * Whether a client names this type, and not only by a wildcard, as browsers do that go to a page.
 *
 * The first mention counts; one with the weight 0 says that it is not wanted.
 *
 * @param accept The value of `Accept`; several fields are joined by commas.
 */
export function asksForType(accept: string, type: string): boolean {
  RANGE.lastIndex = 0
  while (RANGE.lastIndex < accept.length) {
    const [, name = '', params = ''] = RANGE.exec(accept) ?? []
    if (name.toLowerCase() === type) return weightOf(params.replace(QUOTED, '')) > 0
  }
  return false
}
