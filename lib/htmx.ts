/** Requests of HTMX, and the header fields that tell it what to do with a response. */
export { type HTMXLocation, type HTMXOptions, htmxHeaders } from './htmx/headers.ts'
export { htmxPage } from './htmx/page.ts'
export { type HTMXRequest, htmx, isFragmentRequest } from './htmx/request.ts'
