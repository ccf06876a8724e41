/** What a request asks of a cache (RFC 9111 sections 3 and 5.2.1). */
import { joinedField } from '../../http/conditional.ts'
import { indexOfName } from '../../http/headers.ts'
import { isRead } from '../../http/methods.ts'
import type { HeaderList } from '../../types.ts'
import { directivesOf, secondsOf } from './directives.ts'

export interface Wish {
  /** Whether what is kept may be used; a reload says no. */
  readonly mayUse: boolean
  /** The most seconds that it may be old, and the least that it must stay fresh. */
  readonly maxAge: number
  readonly minFresh: number
  /** Nothing but what is kept is wanted. */
  readonly onlyIfCached: boolean
  /** Whether a response may be kept: one to a GET. */
  readonly mayKeep: boolean
  /** Whether it has cookies: then only what is said to be for everybody will do. */
  readonly hasCookies: boolean
}

/** Requests with these are for the app alone. */
const PERSONAL = ['authorization', 'range', 'if-match', 'if-unmodified-since', 'if-range']

/** The conditions that a cache evaluates itself, by what it keeps. */
const CONDITIONS: ReadonlySet<string> = new Set(['if-none-match', 'if-modified-since'])

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
    mayKeep: method === 'GET',
    hasCookies: indexOfName(headers, 'cookie') >= 0,
  }
}

export function hasAny(headers: HeaderList, names: readonly string[]): boolean {
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

/** The fields without the client's own conditions: a 304 to them could not be kept for others. */
export function unconditional(headers: HeaderList): HeaderList {
  const isPlain = headers.every((name, index) => index % 2 === 1 || !CONDITIONS.has(name))
  if (isPlain) return headers
  return headers.filter((_, index) => !CONDITIONS.has(headers[index - (index % 2)] ?? ''))
}
