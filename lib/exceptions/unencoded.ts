/** The refusal of compressed bodies that are not decompressed. */
import { HTTPException } from '../exceptions.ts'

/**
 * Checks that a body is not compressed: it would be read as something else than what was sent.
 *
 * @param contentEncoding The value of `Content-Encoding`, or null.
 * @throws HTTPException 415 otherwise (RFC 9110 section 15.5.16).
 */
export function assertUnencoded(contentEncoding: string | null): void {
  if (!contentEncoding || /^identity$/i.test(contentEncoding)) return
  throw new HTTPException(415, 'The request body must not have a Content-Encoding.', {
    headers: { 'accept-encoding': 'identity' },
  })
}
