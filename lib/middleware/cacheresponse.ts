/** Keeps responses in a store, and answers from it without asking the app. */
import { isSafe } from '../methods.ts'
import type { HTTPScope, Middleware } from '../types.ts'
import { type CacheSettings, type CacheStore, ResponseCache } from './cacheresponse/cache.ts'
import { resourceKey } from './cacheresponse/entries.ts'
import { wishOf } from './cacheresponse/rules.ts'

export type { CacheStore }

export interface CacheResponseOptions {
  /** Where responses are kept; each `cacheResponse()` needs a `namespace` of its own. */
  store: CacheStore
  /** The seconds that a response is kept which does not say it by itself (60); 0 keeps none of these. */
  ttl?: number
  /** The largest body that is kept, in bytes (1 MB). */
  maxBodySize?: number
  /**
   * What responses depend on besides the URL and their `Vary`, such as a tenant; null for requests
   * that are for the app alone (nothing).
   */
  key?: (scope: HTTPScope) => string | null
  /** Told when the store fails, once of each outage; the app answers then (console.error). */
  onError?: (error: unknown) => void
}

/**
 * Keeps responses to GET as a shared cache may (RFC 9111), and answers GET and HEAD from them.
 *
 * Nothing is kept of requests with `Authorization`, a body or a range, nor of responses with
 * `Set-Cookie`, `private`, `no-store`, `no-cache`, or that vary by cookie, authorization or `*`. Those
 * who send cookies get and leave only what says `public` or `s-maxage`. Other fields in `Vary` have
 * each of their values kept apart. Who asks for what is not there yet waits for the one who asked
 * first, unless its answer cannot be kept. A request that changes the resource forgets it.
 *
 * Nothing stale is ever served: what is over is gone, and the next request fetches it anew. The client
 * can ask for that too (`Cache-Control: no-cache`).
 *
 * @throws TypeError for a store or function that is none, RangeError for a time or size that is none.
 * @example
 * const store = namespace(memoryStore(), 'pages')
 * Route('/news', home, { middleware: [cacheResponse({ store, ttl: 30 })] })
 */
export function cacheResponse(options: CacheResponseOptions): Middleware {
  const cache = new ResponseCache(readOptions(options))
  const extraFor = options.key ?? (() => '')
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const wish = wishOf(scope.method, scope.headers)
    const isChange = !isSafe(scope.method)
    if (wish === undefined && !isChange) return app(scope, receive, send)
    const extra = extraFor(scope)
    if (extra === null) return app(scope, receive, send)
    const key = resourceKey(scope, extra)
    if (wish === undefined) return cache.change(key, app, scope, receive, send)
    return cache.serve(key, wish, app, scope, receive, send)
  }
}

function readOptions({
  store,
  ttl = 60,
  maxBodySize = 1_000_000,
  key,
  onError = console.error,
}: CacheResponseOptions): CacheSettings {
  if (['get', 'set', 'delete'].some((name) => typeof Object(store)[name] !== 'function')) {
    throw new TypeError(
      `cacheResponse: store must have get, set and delete, ${store === null ? 'null' : typeof store} was given. Pass memoryStore().`,
    )
  }
  if (!(ttl >= 0 && Number.isFinite(ttl))) {
    throw new RangeError(
      `cacheResponse: ttl must be a number of seconds, ${ttl} was given. 0 keeps only what says for how long.`,
    )
  }
  if (!(maxBodySize >= 0)) {
    throw new RangeError(
      `cacheResponse: maxBodySize must be a number of bytes, ${maxBodySize} was given. Infinity means no limit.`,
    )
  }
  for (const [name, given] of Object.entries({ key, onError })) {
    if (given === undefined || typeof given === 'function') continue
    throw new TypeError(
      `cacheResponse: ${name} must be a function, ${typeof given} was given. Leave it out or pass one.`,
    )
  }
  return { store, ttl, maxBodySize, onError }
}
