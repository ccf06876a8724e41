/** What a layer does to the exchange of a request: its time, its size and its header fields. */
import { changeStart } from '../authoring/changestart.ts'
import { indexOfName } from '../http/headers.ts'
import { withHeaders } from '../http/withheaders.ts'
import type { App, Middleware } from '../types.ts'
import { tellingEnd } from './afterresponse.ts'
import { limiting } from './bodylimit.ts'
import { readTimeout } from './limits.ts'
import { nearestCacheControl, nearestTimeout } from './nearest.ts'
import type { LayerSettings } from './settings.ts'

/** The middleware of these settings, the first outermost. */
export function exchanging(settings: LayerSettings): (Middleware | false | undefined)[] {
  const { bodyLimit, cacheControl, timeout, headers, afterResponse } = settings
  const limit = typeof timeout === 'number' ? { ms: timeout } : timeout
  return [
    bodyLimit !== undefined && limiting(bodyLimit),
    cacheControl !== undefined && nearestCacheControl(cacheControl),
    limit !== undefined && nearestTimeout(limit && readTimeout('timeout', limit)),
    headers && addingHeaders(headers),
    afterResponse && tellingEnd(afterResponse),
  ]
}

/** Adds the fields that a response does not have. */
function addingHeaders(headers: Readonly<Record<string, string>>): Middleware {
  const fields = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  return (app): App =>
    (scope, receive, send) => {
      if (scope.type === 'lifespan') return app(scope, receive, send)
      const adding = changeStart(send, (message) => {
        const missing = fields.filter(([name]) => indexOfName(message.headers, name) < 0)
        if (missing.length === 0) return message
        return withHeaders(message, [...message.headers, ...missing.flat()])
      })
      return app(scope, receive, adding)
    }
}
