/** Reads the header fields of HTMX requests. */
import type { Connection } from '../connections.ts'

/** A request of HTMX 2 or 4. Clients can set any of these values, so guards must not rely on them. */
export interface HTMXRequest {
  /** Whether a fragment is requested instead of a whole page: see `isFragmentRequest()`. */
  readonly isFragment: boolean
  /** Whether it comes from a link or a form with `hx-boost`. */
  readonly isBoosted: boolean
  /** Whether it fetches a page that is missing in HTMX's history cache. */
  readonly isHistoryRestore: boolean
  /** The URL of the page that made the request; undefined if it is unknown. */
  readonly currentUrl: URL | undefined
  /** The id of the element that made the request (`HX-Source`, or `HX-Trigger` of HTMX 2). */
  readonly sourceId: string | undefined
  /** The id of the element that gets the response. */
  readonly targetId: string | undefined
  /** The name of the element that made the request; HTMX 2 only. */
  readonly sourceName: string | undefined
  /** The user's answer to `hx-prompt`; HTMX 2 only. */
  readonly prompt: string | undefined
}

/**
 * Reads the header fields of an HTMX request; undefined for other requests.
 *
 * @example
 * const row = Route('/rows', (request) => new PlainTextResponse(htmx(request)?.targetId ?? 'a whole page'))
 */
export function htmx(connection: Connection<unknown, unknown>): HTMXRequest | undefined {
  if (!says(connection, 'hx-request')) return undefined
  // HTMX 4 sends `button#save`, HTMX 2 only `save`.
  const isFour = connection.headers.has('hx-source')
  const idOf = isFour ? idOfElement : (text: string | undefined): string | undefined => text
  return {
    isFragment: isFragmentRequest(connection),
    isBoosted: says(connection, 'hx-boosted'),
    isHistoryRestore: says(connection, 'hx-history-restore-request'),
    currentUrl: urlOf(textOf(connection, 'hx-current-url')),
    sourceId: idOf(textOf(connection, isFour ? 'hx-source' : 'hx-trigger')),
    targetId: idOf(textOf(connection, 'hx-target')),
    sourceName: textOf(connection, 'hx-trigger-name'),
    prompt: textOf(connection, 'hx-prompt'),
  }
}

/**
 * Whether HTMX requests a fragment. HTMX 4 sends this in a field. Requests of HTMX 2 are for fragments unless
 * a link was boosted or the history is restored. Responses that depend on it need the HTMX fields in `Vary`;
 * `htmxPage()` adds them.
 */
export function isFragmentRequest(connection: Connection<unknown, unknown>): boolean {
  if (!says(connection, 'hx-request') || says(connection, 'hx-history-restore-request'))
    return false
  const type = connection.headers.get('hx-request-type')
  return type === null ? !says(connection, 'hx-boosted') : type === 'partial'
}

/** The fields that `isFragmentRequest()` depends on. */
export const FRAGMENT_FIELDS: readonly string[] = [
  ...['HX-Request', 'HX-Request-Type', 'HX-Boosted', 'HX-History-Restore-Request'],
]

function says({ headers }: Connection<unknown, unknown>, name: string): boolean {
  return headers.get(name) === 'true'
}

/**
 * The text of a field. HTMX 2 percent-encodes texts that are invalid in a header field, and sends another
 * field in that case.
 */
function textOf({ headers }: Connection<unknown, unknown>, name: string): string | undefined {
  const text = headers.get(name) ?? undefined
  if (text === undefined || headers.get(`${name}-uri-autoencoded`) !== 'true') return text
  return decoded(text)
}

function idOfElement(text = ''): string | undefined {
  const hash = text.indexOf('#')
  return hash < 0 ? undefined : decoded(text.slice(hash + 1))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function urlOf(text = ''): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
