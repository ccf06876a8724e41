/** Adds `Cache-Control` to responses that do not set it. */

import { changeStart, type StartChange } from '../authoring/changestart.ts'
import { hasCacheField, protectsCookies } from '../http/cachefield.ts'
import { joinedField } from '../http/conditional.ts'
import { withHeaders } from '../http/fieldlists.ts'
import { isRead } from '../http/methods.ts'
import { named } from '../internal/apps.ts'
import { check, checkRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { HeaderList, HTTPResponseStartMessage, Middleware } from '../types.ts'

/** The directives of RFC 9111 section 5.2.2, RFC 5861 and RFC 8246; times are whole seconds. */
export interface CacheDirectives {
  /** How long the response is fresh in any cache, in seconds. */
  maxAge?: number
  /** How long it is fresh in shared caches, instead of `maxAge`, in seconds. */
  sMaxAge?: number
  /** Seconds after it became stale for which a cache may serve it while it fetches a new one. */
  staleWhileRevalidate?: number
  /** Seconds after it became stale for which a cache may serve it if the server fails. */
  staleIfError?: number
  /** Shared caches may store it, even if the request had credentials. */
  public?: boolean
  /** Only the client's own cache may store it. */
  private?: boolean
  /** It may be stored, but must be revalidated before each use. */
  noCache?: boolean
  /** It must not be stored. */
  noStore?: boolean
  /** Proxies must not change or compress it. */
  noTransform?: boolean
  /** It must not be served stale in any case. */
  mustRevalidate?: boolean
  /** Like `mustRevalidate`, for shared caches. */
  proxyRevalidate?: boolean
  /** Only caches that understand its status may store it. */
  mustUnderstand?: boolean
  /** It does not change while it is fresh, so a reload need not revalidate it. */
  immutable?: boolean
}

export interface CacheControlOptions extends CacheDirectives {
  /** Directives that apply to these content types instead (none). `text/*` matches all text types. */
  types?: Readonly<Record<string, CacheDirectives>>
  /** Directives that apply to these statuses instead, including errors (none). */
  statuses?: Readonly<Record<number, CacheDirectives>>
}

/**
 * Adds `Cache-Control` to responses to GET and HEAD that have neither `Cache-Control` nor `Expires`: to
 * status 2xx and 304, and to the statuses in `statuses`. A response that sets a cookie gets only
 * directives that keep it out of shared caches. Error responses are included if their status is listed.
 *
 * If `types` is given, a 304 gets no directives because it has no content type. The directives of the
 * cached response still apply.
 *
 * @throws TypeError if a directive is unknown, invalid or contradicts another one.
 * @throws RangeError if a time or a status is invalid.
 * @example
 * cacheControl({
 *   noCache: true,
 *   types: { 'image/*': { public: true, maxAge: 86_400 } },
 *   statuses: { 404: { maxAge: 10 } },
 * })
 */
export function cacheControl(options: CacheControlOptions): Middleware {
  knownOptions(
    'cacheControl',
    options,
    'types statuses maxAge sMaxAge staleWhileRevalidate staleIfError public private noCache noStore noTransform mustRevalidate proxyRevalidate mustUnderstand immutable',
  )
  const fieldFor = readOptions(options)
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' || !isRead(scope.method)) return app(scope, receive, send)
    const add: StartChange = (message) => {
      const field = fieldFor(message)
      if (field === undefined) return message
      return withHeaders(message, [...message.headers, 'cache-control', field])
    }
    return app(scope, receive, changeStart(send, add))
  }
  return named('cacheControl', middleware)
}

const NAMES: Readonly<Record<keyof CacheDirectives, string>> = {
  public: 'public',
  private: 'private',
  noCache: 'no-cache',
  noStore: 'no-store',
  maxAge: 'max-age',
  sMaxAge: 's-maxage',
  staleWhileRevalidate: 'stale-while-revalidate',
  staleIfError: 'stale-if-error',
  noTransform: 'no-transform',
  mustRevalidate: 'must-revalidate',
  proxyRevalidate: 'proxy-revalidate',
  mustUnderstand: 'must-understand',
  immutable: 'immutable',
}

const TIMES: ReadonlySet<string> = new Set([
  ...['maxAge', 'sMaxAge', 'staleWhileRevalidate', 'staleIfError'],
])

/**
 * Formats directives as a value of `Cache-Control`.
 *
 * @throws TypeError if a directive is unknown, invalid or contradicts another one.
 * @throws RangeError if a time is invalid.
 * @example
 * formatCacheControl({ public: true, maxAge: 60, immutable: true }) // 'public, max-age=60, immutable'
 */
export function formatCacheControl(directives: CacheDirectives): string {
  for (const [key, value] of Object.entries(directives)) assertDirective(key, value)
  assertAgreement(directives)
  return Object.entries(NAMES)
    .map(([key, name]) => ({ name, value: directives[key as keyof CacheDirectives] }))
    .filter(({ value }) => value !== undefined && value !== false)
    .map(({ name, value }) => (value === true ? name : `${name}=${value}`))
    .join(', ')
}

const KNOWN = `Known are ${Object.keys(NAMES).join(', ')}`

function assertDirective(key: string, value: unknown): void {
  check('cacheControl', Object.hasOwn(NAMES, key), 'unknown directive', key, KNOWN)
  if (value === undefined) return
  if (TIMES.has(key)) {
    const isTime = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    const fix = '0 means that the response is stale at once'
    checkRange('cacheControl', isTime, `${key} must be a whole number of seconds`, value, fix)
    return
  }
  const isBoolean = typeof value === 'boolean'
  check('cacheControl', isBoolean, `${key} must be true or false`, value, 'Write true')
}

const CONTRADICTIONS: readonly (readonly [
  one: keyof CacheDirectives,
  other: keyof CacheDirectives,
])[] = [
  ['public', 'private'],
  ['private', 'sMaxAge'],
  ...(['public', 'maxAge', 'sMaxAge', 'immutable'] as const).map(
    (key) => ['noStore', key] as const,
  ),
  ['noStore', 'staleWhileRevalidate'],
  ['noStore', 'staleIfError'],
  ['mustRevalidate', 'staleWhileRevalidate'],
  ['mustRevalidate', 'staleIfError'],
  ['noCache', 'immutable'],
]

function assertAgreement(directives: CacheDirectives): void {
  const isSet = (key: keyof CacheDirectives): boolean => {
    const value = directives[key]
    return value !== undefined && value !== false
  }
  for (const [one, other] of CONTRADICTIONS) {
    if (!isSet(one) || !isSet(other)) continue
    throw new TypeError(
      `cacheControl: ${one} and ${other} contradict each other, both were given. Remove one of them.`,
    )
  }
  if (Object.keys(NAMES).some((key) => isSet(key as keyof CacheDirectives))) return
  throw new TypeError('cacheControl: a directive is missing, none was given. Give one or more.')
}

interface Field {
  readonly value: string
  /** Whether it keeps the response out of shared caches. */
  readonly isPrivate: boolean
}

function fieldOf(directives: CacheDirectives): Field {
  const { private: isPrivate = false, noStore = false } = directives
  return { value: formatCacheControl(directives), isPrivate: isPrivate || noStore }
}

/** Formats all fields in advance. For each response one of them is chosen. */
function readOptions(options: CacheControlOptions) {
  const { types = {}, statuses = {}, ...others } = options
  const isEmpty = Object.keys(others).length === 0
  const hasOthers = Object.keys(types).length + Object.keys(statuses).length > 0
  const general = isEmpty && hasOthers ? undefined : fieldOf(others)
  const byType = new Map(
    Object.entries(types).map(([type, given]) => [type.toLowerCase(), fieldOf(given)]),
  )
  const byStatus = new Map(
    Object.entries(statuses).map(([status, given]) => [asStatus(status), fieldOf(given)]),
  )
  return ({ status, headers }: HTTPResponseStartMessage): string | undefined => {
    if (hasCacheField(headers)) return undefined
    const field = byStatus.get(status) ?? fieldForSuccess(status, headers, byType, general)
    if (field === undefined) return undefined
    return protectsCookies(headers, field.isPrivate) ? field.value : undefined
  }
}

function fieldForSuccess(
  status: number,
  headers: HeaderList,
  byType: ReadonlyMap<string, Field>,
  general: Field | undefined,
): Field | undefined {
  if (status === 304) return byType.size === 0 ? general : undefined
  if (status >= 300) return undefined
  if (byType.size === 0) return general
  const [type = ''] = (joinedField(headers, 'content-type') ?? '').toLowerCase().split(';')
  const media = type.trim()
  return byType.get(media) ?? byType.get(`${media.split('/', 1)}/*`) ?? general
}

function asStatus(text: string): number {
  const status = Number(text)
  const isStatus = Number.isInteger(status) && status >= 200 && status <= 599
  const what = 'a status must be an integer from 200 to 599'
  checkRange('cacheControl', isStatus, what, text, 'Write a number such as 404')
  return status
}
