/** The 404 for what no route, file or handler knows. */
import { HTTPException } from '../exceptions.ts'

/**
 * A new one for each request: who catches or answers it may change it, or add to its headers.
 *
 * It has no stack, which would take seven times as long as the rest, and tells of nothing but this
 * function.
 */
export function notFoundException(): HTTPException {
  const { stackTraceLimit } = Error
  // By Reflect, since it cannot be written where intrinsics are frozen.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return new HTTPException(404)
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}
