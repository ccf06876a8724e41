/** What a request asks of a cache (RFC 9111 sections 3 and 5.2.1). */
import { joinedField } from '../../http/conditional.ts'
import { indexOfName } from '../../http/headers.ts'
import { isRead } from '../../http/methods.ts'
import type { HeaderList } from '../../types.ts'
import { directivesOf, secondsOf } from './directives.ts'

export interface Wish {
  /** Whether a stored response may be used; false for a reload. */
  readonly mayUse: boolean
  /** The greatest age and the least remaining freshness that the request accepts, in seconds. */
  readonly maxAge: number
  readonly minFresh: number
  /** The client wants a stored response or none (504). */
  readonly onlyIfCached: boolean
  /** Whether the response may be stored: only for GET. */
  readonly mayKeep: boolean
  /** Whether it has cookies: then only responses marked as public may be used. */
  readonly hasCookies: boolean
}

/** Requests with these fields bypass the cache. */
const PERSONAL = ['authorization', 'range', 'if-match', 'if-unmodified-since', 'if-range']

/** The conditions that the cache evaluates itself, with the stored response. */
const CONDITIONS: ReadonlySet<string> = new Set(['if-none-match', 'if-modified-since'])

/** Undefined if the request bypasses the cache: another method, credentials, a range or a body. */
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

/** The key does not cover the body. */
function hasBody(headers: HeaderList): boolean {
  if (indexOfName(headers, 'transfer-encoding') >= 0) return true
  return (joinedField(headers, 'content-length') ?? '0') !== '0'
}

function asksPragma(headers: HeaderList): boolean {
  return /\bno-cache\b/i.test(joinedField(headers, 'pragma') ?? '')
}

/** The fields without the client's own conditions: a 304 to them could not be cached for others. */
export function unconditional(headers: HeaderList): HeaderList {
  const isPlain = headers.every((name, index) => index % 2 === 1 || !CONDITIONS.has(name))
  if (isPlain) return headers
  return headers.filter((_, index) => !CONDITIONS.has(headers[index - (index % 2)] ?? ''))
}
