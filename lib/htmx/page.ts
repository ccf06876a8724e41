/** Serves a page and its fragment from one route. */
import type { Connection } from '../connections.ts'
import type { HTML } from '../html.ts'
import { HTMLResponse } from '../responses/bodies.ts'
import type { ResponseOptions } from '../responses/response.ts'
import { FRAGMENT_FIELDS, isFragmentRequest } from './request.ts'

/**
 * Responds with a fragment to HTMX, and with the whole page to other requests. `Vary` makes caches store both
 * separately.
 *
 * @param layout Makes the page around the fragment.
 * @example
 * const layout = (content: HTML) => html`<!doctype html><title>Tea</title><main>${content}</main>`
 * const list = Route('/', (request) => htmxPage(request, html`<ul><li>tea</ul>`, layout))
 */
export function htmxPage<Content extends string | HTML>(
  connection: Connection<unknown, unknown>,
  fragment: Content,
  layout: (fragment: Content) => string | HTML,
  options: ResponseOptions = {},
): HTMLResponse {
  const content = isFragmentRequest(connection) ? fragment : layout(fragment)
  const response = new HTMLResponse(content, options)
  for (const field of FRAGMENT_FIELDS) response.headers.vary(field)
  return response
}
