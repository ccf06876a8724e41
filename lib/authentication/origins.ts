/** The one place where it is decided which page a request comes from: one of here, or another's. */
import { HTTPException } from '../exceptions.ts'
import { Headers } from '../http/headers.ts'
import { withoutOriginDot } from '../http/hosts.ts'
import { baseURL } from '../http/urls.ts'
import type { HTTPScope, WebSocketScope } from '../types.ts'

/** What the browser says of the page that sends: from here, from elsewhere, or nothing. */
export type Sender = 'own' | 'foreign' | 'unknown'

/**
 * Who sends a request, by the fields that browsers set and pages cannot: `Sec-Fetch-Site`, then
 * `Origin`.
 *
 * The own origin is that of `request.url`. A websocket of the same host may come from https too, since
 * a proxy may end the encryption; one without an `Origin` is of no browser, and counts as own.
 *
 * @param origins Other origins that count as own (none).
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
  // No browser opens one without an Origin (RFC 6455 section 4.1).
  return scope.type === 'websocket' ? 'own' : 'unknown'
}

/**
 * Whether a page of another origin opens a websocket in the visitor's name.
 *
 * Browsers send cookies and remembered passwords with a handshake, whichever page asks for it, and no
 * preflight comes before it: what goes by such credentials asks this first.
 *
 * @param origins Other origins whose pages may; '*' is any (none).
 */
export function isForeignSocket(
  scope: HTTPScope | WebSocketScope,
  origins: AllowedOrigins = [],
): scope is WebSocketScope {
  return scope.type === 'websocket' && origins !== '*' && senderOf(scope, origins) === 'foreign'
}

/** Origins whose pages may open websockets; '*' is any. */
export type AllowedOrigins = '*' | readonly string[]

/** The refusal of such a handshake. */
export function foreignSocket(): HTTPException {
  return new HTTPException(403, 'The websocket was not opened by a page of this site.')
}

/** As browsers write it: a websocket's page is one of http. */
function isOwn(origin: string, scope: HTTPScope | WebSocketScope): boolean {
  const own = baseURL(scope).origin
  if (scope.type === 'http') return origin === own
  return origin === own.replace(/^ws/, 'http') || origin === own.replace(/^wss?:/, 'https:')
}

/** Checks the option of those who allow origins to open websockets. */
export function assertAllowedOrigins(where: string, origins: AllowedOrigins | undefined): void {
  if (origins !== undefined && origins !== '*') assertOrigins(where, origins)
}

/**
 * Checks a list of origins when it is given.
 *
 * @param where Whose they are, for the message.
 * @throws TypeError if an entry is not an origin as browsers write it.
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
