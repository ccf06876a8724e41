/** Caches responses in a store, and answers from it without calling the app. */

import { isSafe } from '../http/methods.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, mustRange } from '../internal/must.ts'
import type { HTTPScope, Middleware } from '../types.ts'
import { type CacheSettings, type CacheStore, ResponseCache } from './cacheresponse/cache.ts'
import { resourceKey } from './cacheresponse/entries.ts'
import { wishOf } from './cacheresponse/requests.ts'

export type { CacheStore }

export interface CacheResponseOptions {
  /** Where responses are stored; give each `cacheResponse()` its own `namespace`. */
  store: CacheStore
  /** Freshness in seconds of responses that do not set their own (60); 0 does not cache them. */
  ttl?: number
  /** The largest body that is cached, in bytes (1 MB). */
  maxBodySize?: number
  /**
   * Seconds for which a stale response is kept, to revalidate it with the app by its `ETag` or
   * `Last-Modified` (0). Responses with `no-cache` are kept in this way too.
   */
  revalidate?: number
  /**
   * Seconds for which a stale response may be served while one request fetches a new one (never). A
   * response's own `stale-while-revalidate` takes precedence; 0 honours only that directive.
   */
  staleWhileRevalidate?: number
  /**
   * Seconds for which a stale response may be served if the app throws or answers 500, 502, 503 or 504
   * (never). A response's own `stale-if-error` takes precedence; 0 honours only that directive.
   */
  staleIfError?: number
  /** Whether `CDN-Cache-Control` overrides `Cache-Control` and `Expires` (RFC 9213) (false). */
  cdn?: boolean
  /**
   * What responses depend on besides the URL and their `Vary`, such as a tenant (nothing). Return null
   * to bypass the cache.
   */
  key?: (scope: HTTPScope) => string | null
  /**
   * Called when the store fails, once per outage, while the app answers; and for errors of the app that
   * a stale response hides (console.error).
   */
  onError?: (error: unknown) => void
}

/**
 * Caches responses to GET as a shared cache may (RFC 9111), and answers GET and HEAD from the cache.
 *
 * Not cached are requests with `Authorization`, a body or a range, and responses with `Set-Cookie`,
 * `private`, `no-store` or `no-cache`, or that vary by cookie, authorization or `*`. Requests with
 * cookies use and fill the cache only for responses marked `public` or `s-maxage`. Each value of another
 * field in `Vary` is cached separately. A request that changes the resource removes it from the cache.
 *
 * Concurrent requests for an uncached resource wait for the first one if the last response for that host
 * and path, whatever its query, was cached. Requests with cookies do not wait, nor do requests for a
 * resource whose response could not be cached in the last minute: the app answers each of them. So a
 * first burst runs side by side, and a long poll never waits. The cache answers a client's `If-None-Match` and `If-Modified-Since`; the app is
 * asked for the whole response.
 *
 * Stale responses are served only if `staleWhileRevalidate` or `staleIfError` is set, and never if they
 * say `must-revalidate`, `proxy-revalidate` or `no-cache`. The client can ask for a new response
 * (`Cache-Control: no-cache`). While a new response is fetched in the background, the exchange that got
 * the stale one stays open, as it does for background work.
 *
 * @throws TypeError if the store or a function is invalid.
 * @throws RangeError if a time or size is invalid.
 * @example
 * const store = namespace(memoryStore(), 'pages')
 * Route('/news', home, { middleware: [cacheResponse({ store, ttl: 30 })] })
 */
export function cacheResponse(options: CacheResponseOptions): Middleware {
  knownOptions(
    'cacheResponse',
    options,
    'store ttl maxBodySize revalidate staleWhileRevalidate staleIfError cdn key onError',
  )
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

const where = 'cacheResponse'
const NUMBERS = ['ttl', 'revalidate', 'staleWhileRevalidate', 'staleIfError'] as const

function readOptions(options: CacheResponseOptions): CacheSettings {
  const { store, ttl = 60, maxBodySize = 1_000_000, key, onError = console.error } = options
  const isStore = ['get', 'set', 'delete'].every(
    (name) => typeof Object(store)[name] === 'function',
  )
  must(where, isStore, 'store must have get, set and delete', store, 'Pass memoryStore()')
  for (const name of NUMBERS) {
    const { [name]: value = 0 } = options
    const fix = 'Leave it out for the default'
    mustRange(where, isSeconds(value), `${name} must be a number of seconds`, value, fix)
  }
  mustRange(
    where,
    maxBodySize >= 0,
    'maxBodySize must be a number of bytes',
    maxBodySize,
    'Infinity means no limit',
  )
  for (const [name, given] of Object.entries({ key, onError })) {
    const isValid = given === undefined || typeof given === 'function'
    must(where, isValid, `${name} must be a function`, given, 'Leave it out or pass one')
  }
  const { revalidate = 0, staleWhileRevalidate, staleIfError, cdn = false } = options
  const times = { ttl, revalidate, staleWhileRevalidate, staleIfError, cdn }
  return { store, maxBodySize, onError, ...times }
}

function isSeconds(value: number): boolean {
  return value >= 0 && Number.isFinite(value)
}
