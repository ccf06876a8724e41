/** Which requests a shared cache may answer, and which responses it may keep (RFC 9111). */
import { joinedField } from '../../conditional.ts'
import { indexOfName } from '../../headers.ts'
import { parseHTTPDate } from '../../httpdates.ts'
import { isRead } from '../../methods.ts'
import type { HeaderList, HTTPResponseStartMessage } from '../../types.ts'

/** What a request asks of a cache. */
export interface Wish {
  /** Whether what is kept may be used; a reload says no. */
  readonly mayUse: boolean
  /** The most seconds that it may be old, and the least that it must stay fresh. */
  readonly maxAge: number
  readonly minFresh: number
  /** Nothing but what is kept is wanted. */
  readonly onlyIfCached: boolean
  /** Whether a response may be kept: one to a plain GET. */
  readonly mayKeep: boolean
  /** Whether it has cookies: then only what is said to be for everybody will do. */
  readonly hasCookies: boolean
}

/** Requests with these are for the app alone. */
const PERSONAL = ['authorization', 'range', 'if-match', 'if-unmodified-since', 'if-range']
const CONDITIONAL = ['if-none-match', 'if-modified-since']

/** Undefined when the request is not for a cache: another method, credentials, a part, a body. */
export function wishOf(method: string, headers: HeaderList): Wish | undefined {
  if (!isRead(method)) return undefined
  if (hasAny(headers, PERSONAL) || hasBody(headers)) return undefined
  const field = joinedField(headers, 'cache-control')
  const said = directivesOf(field ?? '')
  if (said.has('no-store')) return undefined
  const isReload = said.has('no-cache') || (field === null && asksPragma(headers))
  return {
    mayUse: !isReload,
    maxAge: secondsOf(said, 'max-age') ?? Number.POSITIVE_INFINITY,
    minFresh: secondsOf(said, 'min-fresh') ?? 0,
    onlyIfCached: said.has('only-if-cached'),
    mayKeep: method === 'GET' && !hasAny(headers, CONDITIONAL),
    hasCookies: indexOfName(headers, 'cookie') >= 0,
  }
}

function hasAny(headers: HeaderList, names: readonly string[]): boolean {
  return names.some((name) => indexOfName(headers, name) >= 0)
}

/** No key says what a body said. */
function hasBody(headers: HeaderList): boolean {
  if (indexOfName(headers, 'transfer-encoding') >= 0) return true
  return (joinedField(headers, 'content-length') ?? '0') !== '0'
}

function asksPragma(headers: HeaderList): boolean {
  return /\bno-cache\b/i.test(joinedField(headers, 'pragma') ?? '')
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
}

/** Kept when they say for how long; those that may be kept by default are in the second list. */
const STORABLE: ReadonlySet<number> = new Set([200, 203, 300, 301, 308, 404, 410])
const BY_DEFAULT: ReadonlySet<number> = new Set([200, 203, 301, 308])

/** Undefined for what may not be kept. */
export function stayOf(
  { status, headers, trailers }: HTTPResponseStartMessage,
  ttl: number,
  now: number,
): Stay | undefined {
  if (!STORABLE.has(status) || trailers) return undefined
  if (hasAny(headers, ['set-cookie', 'content-range'])) return undefined
  // It has no end that others could wait for.
  if (/^text\/event-stream\b/i.test(joinedField(headers, 'content-type') ?? '')) return undefined
  const vary = namesIn(joinedField(headers, 'vary') ?? '')
  if (vary.some((name) => PRIVATE_VARY.has(name))) return undefined
  const said = directivesOf(joinedField(headers, 'cache-control') ?? '')
  if (['no-store', 'no-cache', 'private'].some((name) => said.has(name))) return undefined
  const lifetime = explicitLifetime(said, headers, now) ?? (BY_DEFAULT.has(status) ? ttl : 0)
  const age = asSeconds(joinedField(headers, 'age') ?? undefined) ?? 0
  const isPublic = said.has('public') || said.has('s-maxage')
  return lifetime > age ? { lifetime, age, vary, isPublic } : undefined
}

/** One of these stands for the client itself. */
const PRIVATE_VARY: ReadonlySet<string> = new Set(['*', 'cookie', 'authorization'])

function namesIn(field: string): string[] {
  const names = field.split(',').map((name) => name.trim().toLowerCase())
  return [...new Set(names.filter((name) => name !== ''))].sort()
}

function explicitLifetime(
  said: ReadonlyMap<string, string | undefined>,
  headers: HeaderList,
  now: number,
): number | undefined {
  for (const name of ['s-maxage', 'max-age']) {
    // A time that cannot be read is over.
    if (said.has(name)) return secondsOf(said, name) ?? 0
  }
  const expires = joinedField(headers, 'expires')
  if (expires === null) return undefined
  const date = parseHTTPDate(joinedField(headers, 'date') ?? '') ?? now
  return ((parseHTTPDate(expires) ?? date) - date) / 1000
}

/** The directives by lower-case name, the first of each; what stands in quotes is no directive. */
function directivesOf(field: string): Map<string, string | undefined> {
  const directives = new Map<string, string | undefined>()
  if (field === '') return directives
  for (const part of field.replace(/"[^"]*"?/g, '').split(',')) {
    const [name = '', value] = part.split('=')
    const key = name.trim().toLowerCase()
    if (key !== '' && !directives.has(key)) directives.set(key, value?.trim())
  }
  return directives
}

function secondsOf(
  said: ReadonlyMap<string, string | undefined>,
  name: string,
): number | undefined {
  return asSeconds(said.get(name))
}

function asSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}
