/** Reads from a request how the cache may answer it (RFC 9111 sections 3 and 5.2.1). */
import { joinedField } from '../../http/conditional.ts'
import { indexOfName } from '../../http/headers.ts'
import { isRead } from '../../http/methods.ts'
import type { HeaderList } from '../../types.ts'
import { directivesOf, secondsOf } from './directives.ts'

/** What a request allows the cache. */
export interface RequestPolicy {
  /** Whether a stored response may be used; false for a reload. */
  readonly mayUse: boolean
  /** The greatest age and the least remaining freshness that the request accepts, in seconds. */
  readonly maxAge: number
  readonly minFresh: number
  /** Whether the client accepts only a stored response. Without one it gets 504. */
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

/** Returns undefined if the request bypasses the cache: another method, credentials, a range or a body. */
export function requestPolicyOf(method: string, headers: HeaderList): RequestPolicy | undefined {
  if (!isRead(method)) return undefined
  if (hasAny(headers, PERSONAL) || hasBody(headers)) return undefined
  const field = joinedField(headers, 'cache-control')
  const directives = directivesOf(field ?? '')
  if (directives.has('no-store')) return undefined
  const isReload = directives.has('no-cache') || (field === null && isPragmaReload(headers))
  return {
    mayUse: !isReload,
    maxAge: secondsOf(directives, 'max-age') ?? Number.POSITIVE_INFINITY,
    minFresh: secondsOf(directives, 'min-fresh') ?? 0,
    onlyIfCached: directives.has('only-if-cached'),
    mayKeep: method === 'GET',
    hasCookies: indexOfName(headers, 'cookie') >= 0,
  }
}

export function hasAny(headers: HeaderList, names: readonly string[]): boolean {
  return names.some((name) => indexOfName(headers, name) >= 0)
}

/** Whether the request has a body, which is not part of the key. */
function hasBody(headers: HeaderList): boolean {
  if (indexOfName(headers, 'transfer-encoding') >= 0) return true
  return (joinedField(headers, 'content-length') ?? '0') !== '0'
}

function isPragmaReload(headers: HeaderList): boolean {
  return /\bno-cache\b/i.test(joinedField(headers, 'pragma') ?? '')
}

/** Returns the fields without the client's conditions: a 304 to them could not be cached for others. */
export function withoutConditions(headers: HeaderList): HeaderList {
  const isPlain = headers.every((name, index) => index % 2 === 1 || !CONDITIONS.has(name))
  if (isPlain) return headers
  return headers.filter((_, index) => !CONDITIONS.has(headers[index - (index % 2)] ?? ''))
}
