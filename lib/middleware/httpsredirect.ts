/** Redirects unencrypted requests to https. */

import { answerInstead } from '../errors/answerinstead.ts'
import { requestURL } from '../http/urls.ts'
import { named } from '../internal/apps.ts'
import { checkRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { RedirectResponse } from '../responses/bodies.ts'
import type { ConnectionScope, Middleware } from '../types.ts'

export interface HTTPSRedirectOptions {
  /** The status of the redirect (307). 307 and 308 keep method and body; 301 and 302 are for GET only. */
  status?: 301 | 302 | 307 | 308
  /** The https port (the port of the request, or 443 if that is 80). */
  port?: number
}

/**
 * Redirects http to https, and ws to wss, at the same URL.
 *
 * It reads `scope.scheme`. Behind a proxy that terminates TLS, put `proxyHeaders()` outside, otherwise the
 * redirects never end. The host is taken from the request; `trustedHost()` limits the allowed hosts.
 *
 * @throws RangeError if the status or the port is invalid.
 * @example
 * const app = Application({ middleware: [httpsRedirect({ status: 308 })] })
 */
export function httpsRedirect(options: HTTPSRedirectOptions = {}): Middleware {
  knownOptions('httpsRedirect', options, 'status port')
  const { status = 307, port } = options
  const isRedirect = [301, 302, 307, 308].includes(status)
  const what = 'the status must be 301, 302, 307 or 308'
  checkRange('httpsRedirect', isRedirect, what, status, 'Use 308 for a permanent redirect')
  const isPort = port === undefined || (Number.isInteger(port) && port > 0 && port <= 65_535)
  const range = 'the port must be from 1 to 65535'
  checkRange('httpsRedirect', isPort, range, port, 'Leave it out for 443')
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (scope.scheme !== 'http' && scope.scheme !== 'ws') return app(scope, receive, send)
    const url = secureURL(scope, port)
    return answerInstead(new RedirectResponse(url, { status }), scope, receive, send)
  }
  return named('httpsRedirect', middleware)
}

/** Returns the https URL. A port that is the default of either scheme is omitted. */
function secureURL(scope: ConnectionScope, port: number | undefined): URL {
  const url = requestURL(scope)
  url.protocol = scope.scheme === 'ws' ? 'wss:' : 'https:'
  if (port !== undefined) url.port = String(port)
  return url
}
