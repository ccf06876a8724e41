/** Takes client, scheme and host from the fields of trusted proxies. */

import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { indexOfName } from '../http/headers.ts'
import { hostHeader } from '../http/hosts.ts'
import { IPRanges } from '../http/ipaddresses.ts'
import { named } from '../internal/apps.ts'
import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type {
  ConnectionScope,
  HeaderList,
  HTTPScope,
  Middleware,
  WebSocketScope,
} from '../types.ts'
import { type Claims, InvalidField, readClaims, type Trust } from './proxyheaders/claims.ts'

export interface ProxyHeadersOptions {
  /**
   * Your proxies: addresses, ranges (`10.0.0.0/8`), `loopback`, `linklocal`, `private`, and `unix` for
   * peers on a unix socket. Clients must not be able to connect from these addresses.
   */
  trusted: readonly string[]
  /** Read `Forwarded` (RFC 7239) instead of `X-Forwarded-*` (false). */
  forwarded?: boolean
  /** Set the scheme (true). */
  proto?: boolean
  /** Set the host (false). The proxy must always set the field, because otherwise clients can set it. */
  host?: boolean
  /** Set the port of the host from `X-Forwarded-Port` (false). The proxy must always set that field. */
  port?: boolean
  /** Prepend `X-Forwarded-Prefix` to the path (false). The proxy must always set that field. */
  prefix?: boolean
}

/**
 * Sets `scope.client`, and the scheme, host and prefix, to the values that trusted proxies report.
 *
 * A request from an untrusted peer passes unchanged. Lists are read from the right: the client is the
 * first untrusted address, and addresses that the client itself sent are ignored. If the proxy hides the
 * client, its host is "unknown" or "_name". An invalid field gets 400.
 *
 * Put it outside all middleware that reads the client. It changes the scope in place, so loggers outside
 * see the new values.
 *
 * @throws TypeError if a proxy is invalid, or if `port` or `prefix` is used with `forwarded`.
 * @example
 * const app = Application({ middleware: [proxyHeaders({ trusted: ['loopback', '10.0.0.0/8'] })] })
 */
export function proxyHeaders(options: ProxyHeadersOptions): Middleware {
  knownOptions('proxyHeaders', options, 'trusted forwarded proto host port prefix')
  const trust = readTrust(options)
  const trustsSockets = options.trusted.includes('unix')
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const { client } = scope
    const isTrusted = client === null ? trustsSockets : trust.isTrusted(client.host)
    if (!isTrusted) return app(scope, receive, send)
    const claims = readClaims(scope, trust)
    if (claims instanceof InvalidField) {
      const error = new HTTPException(400, `The ${claims.field} header cannot be read.`)
      return answerException(error, scope, receive, send)
    }
    applyClaims(claims, scope)
    return app(scope, receive, send)
  }
  return named('proxyHeaders', middleware)
}

function readTrust(options: ProxyHeadersOptions): Trust {
  const { trusted, forwarded = false, proto = true } = options
  const { host = false, port = false, prefix = false } = options
  const isList = Array.isArray(trusted) && trusted.length > 0
  const fix = "Write trusted: ['loopback']"
  check('proxyHeaders', isList, 'trusted must list your proxies', trusted, fix)
  if (forwarded && (port || prefix)) {
    throw new TypeError(
      `proxyHeaders: Forwarded has no ${port ? 'port' : 'prefix'}, ${port ? 'port' : 'prefix'}: true was given. Leave it out: Forwarded has the port in its host.`,
    )
  }
  const ranges = new IPRanges(
    'proxyHeaders: trusted',
    trusted.filter((text) => text !== 'unix'),
  )
  return { isTrusted: (text) => ranges.has(text), forwarded, proto, host, port, prefix }
}

const SOCKET = { http: 'ws', https: 'wss' } as const

function applyClaims(claims: Claims, scope: HTTPScope | WebSocketScope): void {
  const { client, scheme, prefix } = claims
  if (client !== undefined) scope.client = client
  if (scheme !== undefined) scope.scheme = scope.type === 'websocket' ? SOCKET[scheme] : scheme
  const authority = claimedAuthority(claims, scope)
  if (authority !== undefined) scope.headers = withHost(scope.headers, authority)
  if (prefix !== undefined && scope.path !== '*') addPrefix(scope, prefix)
}

const PORT = /:[0-9]*$/
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, ws: 80, https: 443, wss: 443 }

/**
 * Returns the authority that the proxy reports. A port within the host field takes precedence; a default
 * port is omitted.
 */
function claimedAuthority({ host, port }: Claims, scope: ConnectionScope): string | undefined {
  if (port === undefined || (host !== undefined && PORT.test(host))) return host
  const name = (host ?? hostHeader(scope)).replace(PORT, '')
  if (name === '') return undefined
  return port === DEFAULT_PORTS[scope.scheme] ? name : `${name}:${port}`
}

function withHost(headers: HeaderList, authority: string): HeaderList {
  const index = indexOfName(headers, 'host')
  return index < 0 ? [...headers, 'host', authority] : headers.with(index + 1, authority)
}

function addPrefix(scope: ConnectionScope, prefix: string): void {
  scope.path = prefix + scope.path
  scope.rawPath = prefix + scope.rawPath
  scope.rootPath = prefix + scope.rootPath
  if (scope.appRootPath !== undefined) scope.appRootPath = prefix + scope.appRootPath
}
