/** Serves only requests for allowed hosts. */

import { answerInstead } from '../errors/answerinstead.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { hostHeader, hostName, isSubdomain, urlAuthority } from '../http/hosts.ts'
import { requestURL } from '../http/urls.ts'
import { named } from '../internal/apps.ts'
import { check, invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { RedirectResponse } from '../responses/bodies.ts'
import type { ConnectionScope, Middleware } from '../types.ts'

export interface TrustedHostOptions {
  /**
   * Names (`example.org`), addresses (`192.0.2.1`, `[::1]`), all subdomains of a name
   * (`*.example.org`, without the name itself), or `*` for any (['*']).
   */
  allowedHosts?: readonly string[]
  /** Whether `example.org` is redirected to `www.example.org` if only the latter is allowed (true). */
  wwwRedirect?: boolean
}

/**
 * Answers 400 to requests and websockets whose `Host` is not allowed.
 *
 * The comparison ignores case, port and a trailing dot. A request without a host is rejected.
 * `X-Forwarded-Host` is not read: put `proxyHeaders()` outside if a proxy sets it.
 *
 * @throws TypeError if a host is invalid.
 * @example
 * const app = Application({
 *   middleware: [trustedHost({ allowedHosts: ['example.org', '*.example.org'] })],
 * })
 */
export function trustedHost(options: TrustedHostOptions = {}): Middleware {
  knownOptions('trustedHost', options, 'allowedHosts wwwRedirect')
  const { allowedHosts = ['*'], wwwRedirect = true } = options
  const hosts = readHosts(allowedHosts)
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const host = hostName(hostHeader(scope))
    if (isAllowed(host, hosts)) return app(scope, receive, send)
    const url = wwwRedirect && hosts.exact.has(`www.${host}`) ? wwwURL(scope, host) : undefined
    return url === undefined
      ? answerException(new HTTPException(400, 'Invalid host header'), scope, receive, send)
      : answerInstead(new RedirectResponse(url), scope, receive, send)
  }
  return named('trustedHost', middleware)
}

interface Hosts {
  readonly any: boolean
  readonly exact: ReadonlySet<string>
  /** The names whose subdomains are allowed. */
  readonly parents: readonly string[]
}

function readHosts(allowedHosts: readonly string[]): Hosts {
  check(
    'trustedHost',
    Array.isArray(allowedHosts) && allowedHosts.length > 0,
    'allowedHosts must be a list of hosts',
    allowedHosts,
    "Write ['example.org', '*.example.org']",
  )
  const named = allowedHosts.filter((host) => host !== '*').map(readHost)
  return {
    any: allowedHosts.includes('*'),
    exact: new Set(named.filter((host) => !host.startsWith('*.'))),
    parents: named.filter((host) => host.startsWith('*.')).map((host) => host.slice(2)),
  }
}

function readHost(pattern: unknown): string {
  const text = typeof pattern === 'string' ? pattern.toLowerCase() : ''
  const name = text.startsWith('*.') ? text.slice(2) : text
  if (urlAuthority(name) === name && hostName(name) === name && URL.canParse(`http://${name}`)) {
    return text
  }
  const what = 'a host must be a name or an address without scheme and port'
  throw invalid('trustedHost', what, pattern, 'Write "example.org", "*.example.org" or "[::1]"')
}

function isAllowed(host: string, { any, exact, parents }: Hosts): boolean {
  return any || exact.has(host) || parents.some((parent) => isSubdomain(host, parent))
}

/** Returns the same URL with `www.`, or undefined if the host is invalid in a URL. */
function wwwURL(scope: ConnectionScope, host: string): URL | undefined {
  const authority = hostHeader(scope)
  const url = requestURL({ ...scope, headers: ['host', `www.${authority}`] })
  return url.hostname === `www.${host}` ? url : undefined
}
