/** What HTMX tells of the element that made a request. */
import type { Connection } from '../connections.ts'

/** A request of HTMX 2 or 4. Clients choose all of it, so guards must not rely on it. */
export interface HTMXRequest {
  /** Whether a part of a page is wanted, and not the whole: see `isFragmentRequest()`. */
  readonly isFragment: boolean
  /** Whether it comes from a link or a form with `hx-boost`. */
  readonly isBoosted: boolean
  /** Whether a page is fetched that the browser's history has lost. */
  readonly isHistoryRestore: boolean
  /** The page that the request comes from; undefined if it is unknown. */
  readonly currentUrl: URL | undefined
  /** The id of the element that made the request (`HX-Source`, or `HX-Trigger` of HTMX 2). */
  readonly sourceId: string | undefined
  /** The id of the element that gets the response. */
  readonly targetId: string | undefined
  /** The name of the element that made the request; HTMX 2 only. */
  readonly sourceName: string | undefined
  /** What the user wrote into the box of `hx-prompt`; HTMX 2 only. */
  readonly prompt: string | undefined
}

/**
 * What HTMX tells of a request; undefined for other requests.
 *
 * @example
 * const row = Route('/rows', (request) => new PlainTextResponse(htmx(request)?.targetId ?? 'a whole page'))
 */
export function htmx(connection: Connection<unknown, unknown>): HTMXRequest | undefined {
  if (!says(connection, 'hx-request')) return undefined
  // HTMX 4 writes `button#save`, HTMX 2 just `save`.
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
 * Whether a part of a page is wanted: HTMX 4 says so, and HTMX 2 means it unless a link was boosted or the
 * history is restored. Responses that depend on it need `FRAGMENT_FIELDS` in `Vary`; `htmxPage()` does that.
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

/** HTMX 2 percent-encodes what a header field cannot hold, and says so in another field. */
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
