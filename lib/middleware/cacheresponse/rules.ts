/** Which responses a shared cache may keep, and for how long (RFC 9111 sections 3 and 4.2). */
import { joinedField } from '../../http/conditional.ts'
import type { HeaderList, HTTPResponseStartMessage } from '../../types.ts'
import {
  ageIn,
  type Directives,
  dateIn,
  directivesOf,
  secondsOf,
  targetedDirectives,
} from './directives.ts'
import { hasAny } from './requests.ts'

/** Default times for responses that do not set their own, in seconds. */
export interface Times {
  readonly ttl: number
  /** How long a stale response is kept for revalidation. */
  readonly revalidate: number
  /** Undefined if stale responses are never served, even if their directives allow it. */
  readonly staleWhileRevalidate: number | undefined
  readonly staleIfError: number | undefined
  /** Whether this is a CDN cache, to which `CDN-Cache-Control` applies. */
  readonly cdn: boolean
}

/** How long and for which requests a response may be cached. */
export interface Freshness {
  /** Seconds for which it is fresh, counted from its creation. */
  readonly lifetime: number
  /** Its age in seconds when it was received. */
  readonly age: number
  /** Request fields that it depends on, in lower case, sorted. */
  readonly vary: readonly string[]
  /** Whether it is marked for all clients, by `public` or `s-maxage`. */
  readonly isPublic: boolean
  /**
   * Seconds for which it is kept after it became stale: served while a new one is fetched, served while
   * the app fails, kept for revalidation.
   */
  readonly whileRevalidate?: number
  readonly ifError?: number
  readonly revalidate?: number
}

/**
 * Statuses that are cached if the response sets its freshness. The statuses in `BY_DEFAULT` are also
 * cached without it.
 */
const STORABLE: ReadonlySet<number> = new Set([200, 203, 300, 301, 308, 404, 410])
const BY_DEFAULT: ReadonlySet<number> = new Set([200, 203, 301, 308])

/** Returns how the response may be cached, or undefined if it may not. */
export function freshnessOf(
  { status, headers, trailers }: HTTPResponseStartMessage,
  times: Times,
  now: number,
): Freshness | undefined {
  if (!STORABLE.has(status) || trailers) return undefined
  if (hasAny(headers, ['set-cookie', 'content-range'])) return undefined
  // An event stream does not end, so a request that waits for it would not end either.
  if (/^text\/event-stream\b/i.test(joinedField(headers, 'content-type') ?? '')) return undefined
  const vary = namesIn(joinedField(headers, 'vary') ?? '')
  if (vary.some((name) => PRIVATE_VARY.has(name))) return undefined
  const { directives, expires } = directivesIn(headers, times.cdn)
  // RFC 9111 section 5.2.2.3: no-store applies to caches that do not know the status.
  if (
    directives.has('private') ||
    (directives.has('no-store') && !directives.has('must-understand'))
  )
    return undefined
  const lifetime =
    lifetimeOf(directives, expires, headers, now) ?? (BY_DEFAULT.has(status) ? times.ttl : 0)
  const age = Math.max(ageIn(joinedField(headers, 'age')), apparentAge(headers, now))
  const isPublic = directives.has('public') || directives.has('s-maxage')
  const freshness = { lifetime, age, vary, isPublic, ...staleTimes(directives, headers, times) }
  return secondsKept(freshness) > 0 ? freshness : undefined
}

/** Returns the seconds for which a store keeps the response, fresh or stale. */
export function secondsKept({ lifetime, age, ...stale }: Freshness): number {
  const { whileRevalidate = 0, ifError = 0, revalidate = 0 } = stale
  return Math.max(0, lifetime) - age + Math.max(whileRevalidate, ifError, revalidate)
}

/** A response that varies by one of these is for one client. */
const PRIVATE_VARY: ReadonlySet<string> = new Set(['*', 'cookie', 'authorization'])

function namesIn(field: string): string[] {
  const names = field.split(',').map((name) => name.trim().toLowerCase())
  return [...new Set(names.filter((name) => name !== ''))].sort()
}

interface CacheFields {
  readonly directives: Directives
  readonly expires: string | null
}

/** A targeted field overrides `Cache-Control` and `Expires` (RFC 9213 section 2.2). */
function directivesIn(headers: HeaderList, cdn: boolean): CacheFields {
  const targeted = cdn ? targetedDirectives(joinedField(headers, 'cdn-cache-control')) : undefined
  if (targeted !== undefined) return { directives: targeted, expires: null }
  return {
    directives: directivesOf(joinedField(headers, 'cache-control') ?? ''),
    expires: joinedField(headers, 'expires'),
  }
}

function lifetimeOf(
  directives: Directives,
  expires: string | null,
  headers: HeaderList,
  now: number,
): number | undefined {
  if (directives.has('no-cache')) return 0
  for (const name of ['s-maxage', 'max-age']) {
    // An invalid time means expired.
    if (directives.has(name)) return secondsOf(directives, name) ?? 0
  }
  if (expires === null) return undefined
  const date = dateIn(joinedField(headers, 'date')) ?? now
  return ((dateIn(expires) ?? date) - date) / 1000
}

/** Returns the age according to the `Date` of the response (RFC 9111 section 4.2.3). */
function apparentAge(headers: HeaderList, now: number): number {
  const date = dateIn(joinedField(headers, 'date'))
  return date === null ? 0 : Math.max(0, Math.floor((now - date) / 1000))
}

/**
 * Returns how long the response is kept when it is stale (RFC 5861). It is never served stale if it
 * forbids that (RFC 9111 section 4.2.4).
 */
function staleTimes(directives: Directives, headers: HeaderList, times: Times): Partial<Freshness> {
  const { revalidate, staleWhileRevalidate, staleIfError } = times
  const hasValidator = hasAny(headers, ['etag', 'last-modified'])
  const kept = hasValidator && revalidate > 0 ? { revalidate } : {}
  if (['no-cache', 'must-revalidate', 'proxy-revalidate'].some((name) => directives.has(name)))
    return kept
  // `s-maxage` forbids it too, unless the response allows it explicitly.
  const byDefault = (seconds: number): number => (directives.has('s-maxage') ? 0 : seconds)
  const secondsFor = (name: string, option: number | undefined): number =>
    option === undefined ? 0 : (secondsOf(directives, name) ?? byDefault(option))
  const whileRevalidate = secondsFor('stale-while-revalidate', staleWhileRevalidate)
  const ifError = secondsFor('stale-if-error', staleIfError)
  return {
    ...kept,
    ...(whileRevalidate > 0 ? { whileRevalidate } : {}),
    ...(ifError > 0 ? { ifError } : {}),
  }
}
