/** The only place that decides whether a page of this origin or of another one sent a request. */
import { HTTPException } from '../exceptions.ts'
import { Headers } from '../http/headers.ts'
import { withoutOriginDot } from '../http/hosts.ts'
import { baseURL } from '../http/urls.ts'
import type { HTTPScope, WebSocketScope } from '../types.ts'

/**
 * The page that sent a request: `own` for this origin, `foreign` for another one, `unknown` if no field
 * says it.
 */
export type Sender = 'own' | 'foreign' | 'unknown'

/**
 * Returns which page sent a request. It reads the fields that browsers set and pages cannot change:
 * `Sec-Fetch-Site`, then `Origin`.
 *
 * This origin is that of `request.url`. A websocket may also come from the same host over https, because a
 * proxy may terminate TLS. A websocket without `Origin` does not come from a browser, and is `own`.
 *
 * @param origins Other origins that are `own` too (none).
 * @example
 * const scope = { ...request.scope, headers: ['host', 'a.example', 'origin', 'http://b.example'] }
 * senderOf(scope) // 'foreign'
 * senderOf(scope, ['http://b.example']) // 'own'
 */
export function senderOf(
  scope: HTTPScope | WebSocketScope,
  origins: readonly string[] = [],
): Sender {
  const headers = new Headers(scope.headers)
  const field = headers.get('origin')
  const origin = field === null ? null : withoutOriginDot(field)
  if (origin !== null && origins.includes(origin)) return 'own'
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none' ? 'own' : 'foreign'
  if (origin !== null) return isOwn(origin, scope) ? 'own' : 'foreign'
  // Browsers send Origin with every websocket handshake (RFC 6455 section 4.1).
  return scope.type === 'websocket' ? 'own' : 'unknown'
}

/**
 * Whether a page of another origin opens a websocket with the user's credentials.
 *
 * Browsers send cookies and remembered passwords with the handshakes of all pages, without a preflight
 * request. So authentication by such credentials must check this.
 *
 * @param origins Other origins whose pages may do so (none). `'*'` allows any.
 */
export function isForeignSocket(
  scope: HTTPScope | WebSocketScope,
  origins: AllowedOrigins = [],
): scope is WebSocketScope {
  return scope.type === 'websocket' && origins !== '*' && senderOf(scope, origins) === 'foreign'
}

/** Origins whose pages may open websockets. `'*'` allows any. */
export type AllowedOrigins = '*' | readonly string[]

/** Makes the refusal of such a handshake. */
export function foreignSocket(): HTTPException {
  return new HTTPException(403, 'The websocket was not opened by a page of this site.')
}

/** Whether it is this origin. The page of a websocket has an origin of http or https. */
function isOwn(origin: string, scope: HTTPScope | WebSocketScope): boolean {
  const own = baseURL(scope).origin
  if (scope.type === 'http') return origin === own
  return origin === own.replace(/^ws/, 'http') || origin === own.replace(/^wss?:/, 'https:')
}

/** Checks the option `origins` of middleware that protects websockets. */
export function assertAllowedOrigins(where: string, origins: AllowedOrigins | undefined): void {
  if (origins !== undefined && origins !== '*') assertOrigins(where, origins)
}

/**
 * Checks a list of origins at definition.
 *
 * @param where The caller, for the message.
 * @throws TypeError if an entry is not an origin in the form of browsers.
 */
export function assertOrigins(where: string, origins: readonly string[]): void {
  if (!Array.isArray(origins)) {
    throw new TypeError(
      `${where}: origins must be a list, ${JSON.stringify(origins)} was given. Write origins: ['https://example.org'].`,
    )
  }
  for (const origin of origins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue
    throw new TypeError(
      `${where}: an origin is a scheme and a host, ${JSON.stringify(origin)} was given. Write it as browsers do: "https://example.org".`,
    )
  }
}
