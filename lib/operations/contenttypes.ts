/** Chooses the kind of a body by its content type. */
import { HTTPException } from '../exceptions.ts'
import { mediaTypeOf } from '../http/mediatypes.ts'
import type { HTTPScope } from '../types.ts'

/** Whether a media type matches a pattern: `image/png`, `image/*`, `application/*+json`, or all types. */
export function matchesType(type: string, pattern: string): boolean {
  if (pattern === '*/*' || pattern === type) return true
  const star = pattern.indexOf('*')
  if (star < 0) return false
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  return (
    type.length >= before.length + after.length && type.startsWith(before) && type.endsWith(after)
  )
}

/** Something that is chosen by media type. */
interface Typed {
  readonly mediaTypes: readonly string[]
}

/**
 * Returns the first choice that accepts this content type.
 *
 * @throws HTTPException 415 with the list of accepted types if no choice accepts it.
 */
export function chosenBy<Choice extends Typed>(
  contentType: string | null,
  choices: readonly Choice[],
  { method }: HTTPScope,
): Choice {
  const type = mediaTypeOf(contentType)
  const found = choices.find(({ mediaTypes }) => mediaTypes.some((one) => fits(type, one)))
  if (found !== undefined) return found
  const accepted = choices.flatMap(({ mediaTypes }) => mediaTypes).join(', ')
  const given = type === '' ? 'has no content type' : 'has another content type'
  throw new HTTPException(415, `The request body ${given}. Accepted: ${accepted}.`, {
    headers: { [acceptField(method)]: accepted },
  })
}

function fits(type: string, pattern: string): boolean {
  return pattern === '*/*' || (type !== '' && matchesType(type, pattern))
}

/** The field that lists the accepted types: `Accept-Post`, `Accept-Patch` (RFC 5789), otherwise `Accept`. */
function acceptField(method: string): string {
  if (method === 'POST') return 'accept-post'
  return method === 'PATCH' ? 'accept-patch' : 'accept'
}
