/** Explains errors of handlers that were written for Express but are called without it. */
import type { ServerResponse } from 'node:http'

/** Methods that Express adds to requests and responses and that its middleware calls. */
const OF_EXPRESS = new Set([
  ...['accepts', 'acceptsCharsets', 'acceptsEncodings', 'acceptsLanguages', 'get', 'header', 'is'],
  ...['append', 'attachment', 'clearCookie', 'contentType', 'cookie', 'download', 'format', 'json'],
  ...['jsonp', 'links', 'location', 'redirect', 'render', 'send', 'sendFile', 'sendStatus', 'set'],
  ...['status', 'type', 'vary'],
])

/** The error, or one with advice if a method of Express is missing. */
export function withHint(error: unknown, response: ServerResponse): unknown {
  if (!(error instanceof TypeError)) return error
  const [, name = ''] = /(?:^|\.)([A-Za-z]+) is not a function$/.exec(error.message) ?? []
  // If one method of an Express response exists, all do.
  if (!OF_EXPRESS.has(name) || 'sendStatus' in response) return error
  return new TypeError(
    `fromNode, fromConnect: Express adds ${name}() to its requests and responses, and this handler was called without Express (${error.message}). Put it into an app: fromConnect(express().use(middleware)), fromNode(express().use(router)).`,
    { cause: error },
  )
}
