/** Caches responses in a store, and answers from it without calling the app. */

import { isSafe } from '../http/methods.ts'
import { named } from '../internal/apps.ts'
import { check, checkFunction, checkRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { mustBeSize } from '../layers/read.ts'
import type { HTTPScope, Middleware } from '../types.ts'
import { type CacheSettings, type CacheStore, ResponseCache } from './cacheresponse/cache.ts'
import { resourceKey } from './cacheresponse/entries.ts'
import { requestPolicyOf } from './cacheresponse/requests.ts'

export type { CacheStore }

export interface CacheResponseOptions {
  /** The store of the responses. Give each `cacheResponse()` its own `namespace`. */
  store: CacheStore
  /**
   * The freshness lifetime, in seconds, of responses that do not set one (60). With 0 they are not cached.
   */
  ttl?: number
  /** The maximum size of a cached body in bytes (1 MB). */
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
   * Returns an additional part of the cache key, such as a tenant, or null to bypass the cache (no
   * additional part).
   */
  key?: (scope: HTTPScope) => string | null
  /**
   * Called with the error of a failing store, once per outage. It is also called with an error of the app
   * if a stale response was sent instead (console.error).
   */
  onError?: (error: unknown) => void
}

/**
 * Caches responses to GET as a shared cache may (RFC 9111), and answers GET and HEAD from the cache.
 *
 * Requests with `Authorization`, a body or a range bypass the cache. Responses are not cached if they have
 * `Set-Cookie`, `private`, `no-store` or `no-cache`, or if they vary by cookie, authorization or `*`.
 * Requests with cookies use and fill the cache only for responses marked `public` or `s-maxage`, and so
 * do responses that used the session. Each value of another field in `Vary` is cached separately. A
 * request that changes the resource removes it from the cache.
 *
 * Concurrent requests for an uncached resource wait for the first one if the last response for that host
 * and path, whatever its query, was cached. Requests with cookies do not wait, nor do requests for a
 * resource whose response could not be cached in the last minute: the app answers each of them. Therefore
 * the first requests for a resource run concurrently, and a long poll never waits. The cache evaluates the
 * client's `If-None-Match` and `If-Modified-Since`; the app gets the request without them and sends the
 * whole response.
 *
 * Stale responses are served only if `staleWhileRevalidate` or `staleIfError` is set, and never if they
 * have `must-revalidate`, `proxy-revalidate` or `no-cache`. The client can request a new response
 * (`Cache-Control: no-cache`). While a new response is fetched in the background, the exchange in which
 * the stale response was sent stays open, as for background tasks.
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
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const policy = requestPolicyOf(scope.method, scope.headers)
    const isChange = !isSafe(scope.method)
    if (policy === undefined && !isChange) return app(scope, receive, send)
    const extra = extraFor(scope)
    if (extra === null) return app(scope, receive, send)
    const key = resourceKey(scope, extra)
    if (policy === undefined) return cache.change(key, app, scope, receive, send)
    return cache.serve(key, policy, app, scope, receive, send)
  }
  return named('cacheResponse', middleware)
}

const where = 'cacheResponse'
const NUMBERS = ['ttl', 'revalidate', 'staleWhileRevalidate', 'staleIfError'] as const

function readOptions(options: CacheResponseOptions): CacheSettings {
  const { store, ttl = 60, maxBodySize = 1_000_000, key, onError = console.error } = options
  const isStore = ['get', 'set', 'delete'].every(
    (name) => typeof Object(store)[name] === 'function',
  )
  check(where, isStore, 'store must have get, set and delete', store, 'Pass memoryStore()')
  for (const name of NUMBERS) {
    const { [name]: value = 0 } = options
    const fix = 'Leave it out for the default'
    checkRange(where, isSeconds(value), `${name} must be a number of seconds`, value, fix)
  }
  mustBeSize(where, 'maxBodySize', maxBodySize)
  checkFunction(where, 'key', key, 'Leave it out or pass one')
  checkFunction(where, 'onError', onError, 'Leave it out or pass one')
  const { revalidate = 0, staleWhileRevalidate, staleIfError, cdn = false } = options
  const times = { ttl, revalidate, staleWhileRevalidate, staleIfError, cdn }
  return { store, maxBodySize, onError, ...times }
}

function isSeconds(value: number): boolean {
  return value >= 0 && Number.isFinite(value)
}
