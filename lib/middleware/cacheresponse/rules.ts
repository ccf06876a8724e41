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
  /** Undefined: never served stale, whatever a response says. */
  readonly staleWhileRevalidate: number | undefined
  readonly staleIfError: number | undefined
  /** Whether this is a CDN cache, to which `CDN-Cache-Control` applies. */
  readonly cdn: boolean
}

/** How long and for which requests a response may be cached. */
export interface Stay {
  /** Seconds for which it is fresh, counted from when it was made. */
  readonly lifetime: number
  /** Its age in seconds when it was received. */
  readonly age: number
  /** Request fields that it depends on, in lower case, sorted. */
  readonly vary: readonly string[]
  /** Whether it is marked for all clients, by `public` or `s-maxage`. */
  readonly isPublic: boolean
  /** Seconds after freshness: while it is fetched anew, while the app fails, for revalidation. */
  readonly whileRevalidate?: number
  readonly ifError?: number
  readonly revalidate?: number
}

/** Cached if they set their own freshness; the second list may be cached by default. */
const STORABLE: ReadonlySet<number> = new Set([200, 203, 300, 301, 308, 404, 410])
const BY_DEFAULT: ReadonlySet<number> = new Set([200, 203, 301, 308])

/** Undefined if the response may not be cached. */
export function stayOf(
  { status, headers, trailers }: HTTPResponseStartMessage,
  times: Times,
  now: number,
): Stay | undefined {
  if (!STORABLE.has(status) || trailers) return undefined
  if (hasAny(headers, ['set-cookie', 'content-range'])) return undefined
  // An event stream does not end, so nothing could wait for it.
  if (/^text\/event-stream\b/i.test(joinedField(headers, 'content-type') ?? '')) return undefined
  const vary = namesIn(joinedField(headers, 'vary') ?? '')
  if (vary.some((name) => PRIVATE_VARY.has(name))) return undefined
  const { said, expires } = directivesIn(headers, times.cdn)
  // RFC 9111 section 5.2.2.3: no-store applies to caches that do not know the status.
  if (said.has('private') || (said.has('no-store') && !said.has('must-understand')))
    return undefined
  const lifetime =
    lifetimeOf(said, expires, headers, now) ?? (BY_DEFAULT.has(status) ? times.ttl : 0)
  const age = Math.max(ageIn(joinedField(headers, 'age')), apparentAge(headers, now))
  const isPublic = said.has('public') || said.has('s-maxage')
  const stay = { lifetime, age, vary, isPublic, ...staleTimes(said, headers, times) }
  return secondsKept(stay) > 0 ? stay : undefined
}

/** Seconds for which a store keeps the response, fresh or stale. */
export function secondsKept({ lifetime, age, ...stale }: Stay): number {
  const { whileRevalidate = 0, ifError = 0, revalidate = 0 } = stale
  return Math.max(0, lifetime) - age + Math.max(whileRevalidate, ifError, revalidate)
}

/** A response that varies by one of these is for one client. */
const PRIVATE_VARY: ReadonlySet<string> = new Set(['*', 'cookie', 'authorization'])

function namesIn(field: string): string[] {
  const names = field.split(',').map((name) => name.trim().toLowerCase())
  return [...new Set(names.filter((name) => name !== ''))].sort()
}

interface Said {
  readonly said: Directives
  readonly expires: string | null
}

/** A targeted field overrides `Cache-Control` and `Expires` (RFC 9213 section 2.2). */
function directivesIn(headers: HeaderList, cdn: boolean): Said {
  const targeted = cdn ? targetedDirectives(joinedField(headers, 'cdn-cache-control')) : undefined
  if (targeted !== undefined) return { said: targeted, expires: null }
  return {
    said: directivesOf(joinedField(headers, 'cache-control') ?? ''),
    expires: joinedField(headers, 'expires'),
  }
}

function lifetimeOf(
  said: Directives,
  expires: string | null,
  headers: HeaderList,
  now: number,
): number | undefined {
  if (said.has('no-cache')) return 0
  for (const name of ['s-maxage', 'max-age']) {
    // An invalid time counts as expired.
    if (said.has(name)) return secondsOf(said, name) ?? 0
  }
  if (expires === null) return undefined
  const date = dateIn(joinedField(headers, 'date')) ?? now
  return ((dateIn(expires) ?? date) - date) / 1000
}

/** RFC 9111 section 4.2.3: the age by the response's own date. */
function apparentAge(headers: HeaderList, now: number): number {
  const date = dateIn(joinedField(headers, 'date'))
  return date === null ? 0 : Math.max(0, Math.floor((now - date) / 1000))
}

/** Empty if the response forbids serving it stale (RFC 9111 section 4.2.4); RFC 5861. */
function staleTimes(said: Directives, headers: HeaderList, times: Times): Partial<Stay> {
  const { revalidate, staleWhileRevalidate, staleIfError } = times
  const hasValidator = hasAny(headers, ['etag', 'last-modified'])
  const kept = hasValidator && revalidate > 0 ? { revalidate } : {}
  if (['no-cache', 'must-revalidate', 'proxy-revalidate'].some((name) => said.has(name)))
    return kept
  // `s-maxage` forbids it too, unless the same response allows it explicitly.
  const byDefault = (seconds: number): number => (said.has('s-maxage') ? 0 : seconds)
  const secondsFor = (name: string, option: number | undefined): number =>
    option === undefined ? 0 : (secondsOf(said, name) ?? byDefault(option))
  const whileRevalidate = secondsFor('stale-while-revalidate', staleWhileRevalidate)
  const ifError = secondsFor('stale-if-error', staleIfError)
  return {
    ...kept,
    ...(whileRevalidate > 0 ? { whileRevalidate } : {}),
    ...(ifError > 0 ? { ifError } : {}),
  }
}
