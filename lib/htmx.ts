/** Reads requests of HTMX, and makes the header fields of responses that control it. */
export { type HTMXLocation, type HTMXOptions, htmxHeaders } from './htmx/headers.ts'
export { htmxPage } from './htmx/page.ts'
export { type HTMXRequest, htmx, isFragmentRequest } from './htmx/request.ts'
