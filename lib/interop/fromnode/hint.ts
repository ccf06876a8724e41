/** A hint for handlers that were written for Express, and are called without it. */
import type { ServerResponse } from 'node:http'

/** What Express adds to requests and responses, as far as its middleware calls it. */
const OF_EXPRESS = new Set([
  ...['accepts', 'acceptsCharsets', 'acceptsEncodings', 'acceptsLanguages', 'get', 'header', 'is'],
  ...['append', 'attachment', 'clearCookie', 'contentType', 'cookie', 'download', 'format', 'json'],
  ...['jsonp', 'links', 'location', 'redirect', 'render', 'send', 'sendFile', 'sendStatus', 'set'],
  ...['status', 'type', 'vary'],
])

/** The error, or one that says what to do where a method of Express is missing. */
export function hinted(error: unknown, response: ServerResponse): unknown {
  if (!(error instanceof TypeError)) return error
  const [, name = ''] = /(?:^|\.)([A-Za-z]+) is not a function$/.exec(error.message) ?? []
  // Each method of a response of Express is there when one of them is.
  if (!OF_EXPRESS.has(name) || 'sendStatus' in response) return error
  return new TypeError(
    `fromNode, fromConnect: Express adds ${name}() to its requests and responses, and this handler was called without Express (${error.message}). Put it into an app: fromConnect(express().use(middleware)), fromNode(express().use(router)).`,
    { cause: error },
  )
}
