/** Keeps responses in a store, and answers from it without asking the app. */

import { isSafe } from '../http/methods.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { HTTPScope, Middleware } from '../types.ts'
import { type CacheSettings, type CacheStore, ResponseCache } from './cacheresponse/cache.ts'
import { resourceKey } from './cacheresponse/entries.ts'
import { wishOf } from './cacheresponse/requests.ts'

export type { CacheStore }

export interface CacheResponseOptions {
  /** Where responses are kept; each `cacheResponse()` needs a `namespace` of its own. */
  store: CacheStore
  /** The seconds that a response is kept which does not say it by itself (60); 0 keeps none of these. */
  ttl?: number
  /** The largest body that is kept, in bytes (1 MB). */
  maxBodySize?: number
  /**
   * The seconds for which a response that is no longer fresh is kept, to ask the app by its `ETag` or
   * `Last-Modified` whether it still holds (0). Responses with `no-cache` are kept in this way too.
   */
  revalidate?: number
  /**
   * Lets a stale response be served while one request fetches it anew, for so many seconds; the
   * directive `stale-while-revalidate` of a response goes before. 0 serves those that say so (never).
   */
  staleWhileRevalidate?: number
  /**
   * Lets a stale response be served when the app throws or answers 500, 502, 503 or 504, for so many
   * seconds; the directive `stale-if-error` goes before. 0 serves those that say so (never).
   */
  staleIfError?: number
  /** Whether `CDN-Cache-Control` stands over `Cache-Control` and `Expires` (RFC 9213) (false). */
  cdn?: boolean
  /**
   * What responses depend on besides the URL and their `Vary`, such as a tenant; null for requests
   * that are for the app alone (nothing).
   */
  key?: (scope: HTTPScope) => string | null
  /**
   * Told when the store fails, once of each outage; the app answers then. Told of errors of the app that a stale response
   * hides too (console.error).
   */
  onError?: (error: unknown) => void
}

/**
 * Keeps responses to GET as a shared cache may (RFC 9111), and answers GET and HEAD from them.
 *
 * Nothing is kept of requests with `Authorization`, a body or a range, nor of responses with
 * `Set-Cookie`, `private`, `no-store`, `no-cache`, or that vary by cookie, authorization or `*`. Those
 * who send cookies get and leave only what says `public` or `s-maxage`. Other fields in `Vary` have
 * each of their values kept apart. A request that changes the resource forgets it.
 *
 * Requests for what is not there yet wait for the first one. Those with cookies do not, nor do those for
 * a resource whose answer could not be kept in the last minute: each of them is for the app. A client's
 * `If-None-Match` and `If-Modified-Since` are answered here; the app is asked for the whole response.
 *
 * Nothing stale is served, unless `staleWhileRevalidate` or `staleIfError` is set, and never what says
 * `must-revalidate`, `proxy-revalidate` or `no-cache`. The client can ask for a new response
 * (`Cache-Control: no-cache`). While a stale response is fetched anew, the exchange that was answered by
 * it goes on, as it does for work in the background.
 *
 * @throws TypeError for a store or function that is none, RangeError for a time or size that is none.
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

const NUMBERS = ['revalidate', 'staleWhileRevalidate', 'staleIfError'] as const

function readOptions(options: CacheResponseOptions): CacheSettings {
  const { store, ttl = 60, maxBodySize = 1_000_000, key, onError = console.error } = options
  if (['get', 'set', 'delete'].some((name) => typeof Object(store)[name] !== 'function')) {
    throw new TypeError(
      `cacheResponse: store must have get, set and delete, ${store === null ? 'null' : typeof store} was given. Pass memoryStore().`,
    )
  }
  if (!isSeconds(ttl)) {
    throw new RangeError(
      `cacheResponse: ttl must be a number of seconds, ${ttl} was given. 0 keeps only what says for how long.`,
    )
  }
  for (const name of NUMBERS) {
    if (options[name] === undefined || isSeconds(options[name])) continue
    throw new RangeError(
      `cacheResponse: ${name} must be a number of seconds, ${options[name]} was given. Leave it out for none.`,
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
  const { revalidate = 0, staleWhileRevalidate, staleIfError, cdn = false } = options
  const times = { ttl, revalidate, staleWhileRevalidate, staleIfError, cdn }
  return { store, maxBodySize, onError, ...times }
}

function isSeconds(value: number): boolean {
  return value >= 0 && Number.isFinite(value)
}
