/** Refuses unsafe requests in TLS early data. */

import { refusing } from '../authoring/refusing.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { indexOfName } from '../http/headers.ts'
import { isSafe } from '../http/methods.ts'
import { named } from '../internal/apps.ts'
import { checkFunction } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { HTTPScope, Middleware } from '../types.ts'

export interface EarlyDataOptions {
  /** Returns whether a request may be repeated without harm (true for safe methods such as GET). */
  allow?: (scope: HTTPScope) => boolean
}

/**
 * Answers 425 to a request with `Early-Data: 1` whose method is not safe (RFC 8470).
 *
 * An attacker can record early data of TLS 1.3 and replay it. A proxy that accepts early data adds the
 * field. After the 425 the client sends the request again when the handshake is complete. Node does not
 * accept early data, so this is for servers behind such a proxy.
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
  checkFunction('earlyData', 'allow', allow, 'Write (scope) => true')
  const refuses = (method: string): readonly number[] => (isSafe(method) ? [] : [425])
  const middleware = refusing(refuses, (app) => (scope, receive, send) => {
    // Any value means 1 (RFC 8470 section 5.1).
    const isEarly = scope.type === 'http' && indexOfName(scope.headers, 'early-data') >= 0
    if (!isEarly || allow(scope)) return app(scope, receive, send)
    return answerException(new HTTPException(425), scope, receive, send)
  })
  return named('earlyData', middleware)
}
