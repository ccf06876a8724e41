/**
 * The work of layers at run time. Most programs have no layers, so this module is loaded with the first
 * request in a layer.
 */
import { changeStart } from '../authoring/changestart.ts'
import { overriding } from '../dependencies/overrides.ts'
import { withHeaders } from '../http/fieldlists.ts'
import { indexOfName } from '../http/headers.ts'
import type { App, Middleware } from '../types.ts'
import { callingAfterResponse } from './afterresponse.ts'
import { limiting } from './bodylimit.ts'
import { mergeOf } from './merged.ts'
import { nearestCacheControl, nearestTimeout } from './nearest.ts'
import { readTimeout } from './read.ts'
import type { LayerSettings } from './settings.ts'

export { callBehindGuards, callGuards, handleWithin } from './handling.ts'

/**
 * Wraps an app with the middleware for all settings except `middleware` and `exceptionHandlers`. This
 * middleware itself does not throw.
 */
export function applySettings(app: App, settings: LayerSettings): App {
  const { bodyLimit, cacheControl, timeout, headers, afterResponse, overrides } = settings
  const merge = mergeOf(settings)
  const limit = typeof timeout === 'number' ? { ms: timeout } : timeout
  const middleware: (Middleware | false | undefined)[] = [
    merge && mergingSettings(merge),
    overrides && overriding(overrides),
    // The response of a timeout counts for these too.
    afterResponse && callingAfterResponse(afterResponse),
    cacheControl !== undefined && nearestCacheControl(cacheControl),
    headers && addingHeaders(headers),
    bodyLimit !== undefined && limiting(bodyLimit),
    limit !== undefined && nearestTimeout(limit && readTimeout('timeout', limit)),
  ]
  return middleware.reduceRight<App>((inner, wrap) => (wrap ? wrap(inner) : inner), app)
}

function mergingSettings(merge: NonNullable<ReturnType<typeof mergeOf>>): Middleware {
  return (app): App =>
    (scope, receive, send) => {
      if (scope.type !== 'lifespan') scope.settings = merge(scope.settings)
      return app(scope, receive, send)
    }
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
