/** The 404 of routers, static files and other parts that find nothing. */
import { HTTPException } from '../exceptions.ts'

/**
 * Makes a new exception for each request, since handlers may change it or its headers.
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
