/** Refusals that several parts make. */
import { HTTPException } from '../exceptions.ts'

/**
 * The 404 of routers, static files and other parts that find nothing. A new one for each request, since handlers may change it or its headers.
 *
 * It has no stack: making one takes seven times as long as the rest, and would show only this function.
 */
export function notFoundException(): HTTPException {
  const { stackTraceLimit } = Error
  // By Reflect, since assignment fails if intrinsics are frozen.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return new HTTPException(404)
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}

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
