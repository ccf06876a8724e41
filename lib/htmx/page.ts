/** One route for a page and for its part. */
import type { Connection } from '../connections.ts'
import type { HTML } from '../html.ts'
import { HTMLResponse } from '../responses/bodies.ts'
import type { ResponseOptions } from '../responses/response.ts'
import { FRAGMENT_FIELDS, isFragmentRequest } from './request.ts'

/**
 * A part of a page for HTMX, and the whole page with that part for other requests; caches keep them apart.
 *
 * @param layout Makes the page around the part.
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
