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

/** How long things are kept where a response does not say it, in seconds. */
export interface Times {
  readonly ttl: number
  /** For how long a response that is no longer fresh is kept to be asked for by its validator. */
  readonly revalidate: number
  /** Undefined: never served stale, whatever a response says. */
  readonly staleWhileRevalidate: number | undefined
  readonly staleIfError: number | undefined
  /** Whether this is the cache of a CDN, which `CDN-Cache-Control` is for. */
  readonly cdn: boolean
}

/** How a response may be kept. */
export interface Stay {
  /** Seconds for which it is fresh, counted from when it was made. */
  readonly lifetime: number
  /** Seconds that it was old when it came. */
  readonly age: number
  /** Request fields that it depends on, in lower case, sorted. */
  readonly vary: readonly string[]
  /** Whether it says that it is for everybody, `public` or `s-maxage`. */
  readonly isPublic: boolean
  /** Seconds beyond its freshness: while it is fetched anew, while the app fails, for its validator. */
  readonly whileRevalidate?: number
  readonly ifError?: number
  readonly revalidate?: number
}

/** Kept when they say for how long; those that may be kept by default are in the second list. */
const STORABLE: ReadonlySet<number> = new Set([200, 203, 300, 301, 308, 404, 410])
const BY_DEFAULT: ReadonlySet<number> = new Set([200, 203, 301, 308])

/** Undefined for what may not be kept. */
export function stayOf(
  { status, headers, trailers }: HTTPResponseStartMessage,
  times: Times,
  now: number,
): Stay | undefined {
  if (!STORABLE.has(status) || trailers) return undefined
  if (hasAny(headers, ['set-cookie', 'content-range'])) return undefined
  // It has no end that others could wait for.
  if (/^text\/event-stream\b/i.test(joinedField(headers, 'content-type') ?? '')) return undefined
  const vary = namesIn(joinedField(headers, 'vary') ?? '')
  if (vary.some((name) => PRIVATE_VARY.has(name))) return undefined
  const { said, expires } = directivesIn(headers, times.cdn)
  // RFC 9111 section 5.2.2.3: no-store is for those who do not know the status.
  if (said.has('private') || (said.has('no-store') && !said.has('must-understand')))
    return undefined
  const lifetime =
    lifetimeOf(said, expires, headers, now) ?? (BY_DEFAULT.has(status) ? times.ttl : 0)
  const age = Math.max(ageIn(joinedField(headers, 'age')), apparentAge(headers, now))
  const isPublic = said.has('public') || said.has('s-maxage')
  const stay = { lifetime, age, vary, isPublic, ...staleTimes(said, headers, times) }
  return secondsKept(stay) > 0 ? stay : undefined
}

/** Seconds for which a store keeps it, fresh or not. */
export function secondsKept({ lifetime, age, ...stale }: Stay): number {
  const { whileRevalidate = 0, ifError = 0, revalidate = 0 } = stale
  return Math.max(0, lifetime) - age + Math.max(whileRevalidate, ifError, revalidate)
}

/** One of these stands for the client itself. */
const PRIVATE_VARY: ReadonlySet<string> = new Set(['*', 'cookie', 'authorization'])

function namesIn(field: string): string[] {
  const names = field.split(',').map((name) => name.trim().toLowerCase())
  return [...new Set(names.filter((name) => name !== ''))].sort()
}

interface Said {
  readonly said: Directives
  readonly expires: string | null
}

/** A targeted field stands over `Cache-Control` and `Expires` (RFC 9213 section 2.2). */
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
    // A time that cannot be read is over.
    if (said.has(name)) return secondsOf(said, name) ?? 0
  }
  if (expires === null) return undefined
  const date = dateIn(joinedField(headers, 'date')) ?? now
  return ((dateIn(expires) ?? date) - date) / 1000
}

/** RFC 9111 section 4.2.3: what its own date says. */
function apparentAge(headers: HeaderList, now: number): number {
  const date = dateIn(joinedField(headers, 'date'))
  return date === null ? 0 : Math.max(0, Math.floor((now - date) / 1000))
}

/** None where the response forbids to serve it stale (RFC 9111 section 4.2.4); RFC 5861. */
function staleTimes(said: Directives, headers: HeaderList, times: Times): Partial<Stay> {
  const { revalidate, staleWhileRevalidate, staleIfError } = times
  const hasValidator = hasAny(headers, ['etag', 'last-modified'])
  const kept = hasValidator && revalidate > 0 ? { revalidate } : {}
  if (['no-cache', 'must-revalidate', 'proxy-revalidate'].some((name) => said.has(name)))
    return kept
  // `s-maxage` forbids it too, unless the same response says otherwise.
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
