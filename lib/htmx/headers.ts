/** The header fields of a response that control HTMX. */

import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'

/** A page that HTMX fetches and swaps in, without a full page load. */
export interface HTMXLocation {
  path: string | URL
  /** A CSS selector of the replaced element (the body). */
  target?: string
  /** How it is replaced, such as `outerHTML` (HTMX's default). */
  swap?: string
  /** A CSS selector of the part of the response to use. */
  select?: string
  /** Values to send. */
  values?: Readonly<Record<string, unknown>>
  /** Header fields to send. */
  headers?: Readonly<Record<string, string>>
}

/** Each option sets one field. A field whose option is missing is not sent. */
export interface HTMXOptions {
  /** Fetches another page and swaps it in. */
  location?: string | URL | HTMXLocation
  /** Loads another page; a relative URL, or one of http or https. */
  redirect?: string | URL
  /** Loads the page again (false). */
  refresh?: boolean
  /** Adds this URL to the history; false adds none. */
  pushUrl?: string | URL | false
  /** Replaces the current URL with this one; false keeps it. */
  replaceUrl?: string | URL | false
  /** How the response is swapped into the page, such as `outerHTML` or `none`. */
  reswap?: string
  /** A CSS selector of the element that gets the response. */
  retarget?: string
  /** A CSS selector of the part of the response to use. */
  reselect?: string
  /** Events to trigger in the page: a name, names, or their `detail` by name. */
  trigger?: string | readonly string[] | Readonly<Record<string, unknown>>
  /** Events to trigger after the swap; HTMX 2 only. */
  triggerAfterSwap?: string | readonly string[] | Readonly<Record<string, unknown>>
  /** Events to trigger after the page has settled; HTMX 2 only. */
  triggerAfterSettle?: string | readonly string[] | Readonly<Record<string, unknown>>
}

/**
 * Returns header fields of a response for HTMX.
 *
 * A browser follows a redirect by status before HTMX sees it, so use `redirect` or `location` with 200 or
 * 204 instead. With the status 286, HTMX 2 stops polling.
 *
 * @throws TypeError if an option is unknown or invalid, such as a `javascript:` URL.
 * @example
 * new HTMLResponse('<li>tea</li>', {
 *   headers: htmxHeaders({ retarget: '#list', reswap: 'beforeend', trigger: { added: { id: 7 } } }),
 * })
 */
export function htmxHeaders(options: HTMXOptions): Readonly<Record<string, string>> {
  knownOptions(
    'htmxHeaders',
    options,
    'location redirect refresh pushUrl replaceUrl reswap retarget reselect trigger triggerAfterSwap triggerAfterSettle',
  )
  const fields: Record<string, string | undefined> = {
    'HX-Location': locationText(options.location),
    'HX-Redirect': options.redirect === undefined ? undefined : urlText(options.redirect),
    'HX-Refresh': options.refresh === true ? 'true' : undefined,
    'HX-Push-Url': historyText(options.pushUrl),
    'HX-Replace-Url': historyText(options.replaceUrl),
    'HX-Reswap': options.reswap,
    'HX-Retarget': options.retarget,
    'HX-Reselect': options.reselect,
    'HX-Trigger': triggerText(options.trigger),
    'HX-Trigger-After-Swap': triggerText(options.triggerAfterSwap),
    'HX-Trigger-After-Settle': triggerText(options.triggerAfterSettle),
  }
  const given = Object.entries(fields).filter(([, text]) => text !== undefined)
  return Object.fromEntries(given) as Record<string, string> // without the unset ones
}

/** The text of a URL; `javascript:` URLs are refused because they would run in the page. */
function urlText(url: string | URL): string {
  const text = String(url)
  const isWeb =
    URL.canParse(text, 'http://a/') && /^https?:$/.test(new URL(text, 'http://a/').protocol)
  check('htmxHeaders', isWeb, 'a URL must be relative, http or https', text, 'Check its source')
  return encodeURI(text).replaceAll('%25', '%')
}

function historyText(url: string | URL | false | undefined): string | undefined {
  if (url === undefined) return undefined
  return url === false ? 'false' : urlText(url)
}

function locationText(location: string | URL | HTMXLocation | undefined): string | undefined {
  if (location === undefined) return undefined
  if (typeof location === 'string' || location instanceof URL) return urlText(location)
  knownOptions('htmxHeaders: location', location, 'path target swap select values headers')
  return json({ ...location, path: urlText(location.path) })
}

function triggerText(trigger: HTMXOptions['trigger']): string | undefined {
  if (trigger === undefined) return undefined
  const names: readonly string[] = typeof trigger === 'string' ? [trigger] : listOf(trigger)
  return json(names.length > 0 ? Object.fromEntries(names.map((name) => [name, {}])) : trigger)
}

function listOf(trigger: object): readonly string[] {
  return Array.isArray(trigger) ? trigger : []
}

/** JSON with ASCII characters only, as header fields require. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
