/** Refuses requests in TLS early data that ask for a change. */

import { refusing } from '../authoring/refusing.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { indexOfName } from '../http/headers.ts'
import { isSafe } from '../http/methods.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must } from '../internal/must.ts'
import type { HTTPScope, Middleware } from '../types.ts'

export interface EarlyDataOptions {
  /** Whether a request may be repeated without harm (those with a safe method, such as GET). */
  allow?: (scope: HTTPScope) => boolean
}

/**
 * Answers 425 to a request with `Early-Data: 1` whose method is not safe (RFC 8470).
 *
 * Early data of TLS 1.3 can be replayed by anyone who recorded it. A proxy that accepts it adds the
 * field; the client then sends the request again after the handshake. Node does not accept early data,
 * so this is for servers behind such a proxy.
 *
 * @throws TypeError if `allow` is not a function.
 * @example
 * const app = Application({
 *   middleware: [earlyData()],
 *   routes: [Route('/orders', { post: () => new PlainTextResponse('ordered') })],
 * })
 */
export function earlyData(options: EarlyDataOptions = {}): Middleware {
  knownOptions('earlyData', options, 'allow')
  const { allow = ({ method }) => isSafe(method) } = options
  const isFunction = typeof allow === 'function'
  must('earlyData', isFunction, 'allow must be a function', allow, 'Write (scope) => true')
  const refuses = (method: string): readonly number[] => (isSafe(method) ? [] : [425])
  return refusing(refuses, (app) => (scope, receive, send) => {
    // Any value counts as 1 (RFC 8470 section 5.1).
    const isEarly = scope.type === 'http' && indexOfName(scope.headers, 'early-data') >= 0
    if (!isEarly || allow(scope)) return app(scope, receive, send)
    return answerException(new HTTPException(425), scope, receive, send)
  })
}
