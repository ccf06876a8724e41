/** Cached responses: their content, encoding and keys. */

import { joinedField } from '../../http/conditional.ts'
import { urlAuthority } from '../../http/hosts.ts'
import { encodeText, joinBytes } from '../../internal/bytes.ts'
import { sha256 } from '../../internal/digests.ts'
import type { HeaderList, HTTPScope } from '../../types.ts'
import type { RequestPolicy } from './requests.ts'
import type { Freshness } from './rules.ts'

/** A complete response. */
export interface Entry extends Freshness {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
  /** When it was received, in milliseconds since 1970. */
  readonly time: number
}

/** The value at the key of a resource whose responses depend on request fields. */
export interface Variants {
  readonly vary: readonly string[]
  /** Part of the keys of the variants: a new id makes the old variants unreachable. */
  readonly id: string
}

/**
 * Returns the key of a resource: a hash of an unambiguous list. It has a fixed length and contains only
 * characters that every store accepts.
 */
export function resourceKey(scope: HTTPScope, extra: string): string {
  const { scheme, headers, rawPath, queryString } = scope
  return hashOf(['GET', scheme, hostIn(headers), rawPath, queryString, extra])
}

/** Returns the key of all resources with this host and path, whatever their query. */
export function pathKey({ headers, rawPath }: HTTPScope): string {
  return hashOf([hostIn(headers), rawPath])
}

/**
 * Returns the normalised host. Otherwise a change would invalidate only the URL with the same spelling.
 */
function hostIn(headers: HeaderList): string {
  const named = joinedField(headers, 'host') ?? ''
  return urlAuthority(named)?.toLowerCase() ?? named
}

/** Returns the key of the variant for this request. */
export function variantKey(key: string, { vary, id }: Variants, headers: HeaderList): string {
  return hashOf([key, id, ...vary.flatMap((name) => [name, joinedField(headers, name)])])
}

function hashOf(parts: readonly (string | null)[]): string {
  return sha256(JSON.stringify(parts))
}

/** Encodes an entry: one line of JSON, then the body. */
export function encodeEntry({ body, ...head }: Entry): Uint8Array {
  return joinBytes([encodeText(`${JSON.stringify(head)}\n`), body])
}

export function encodeVariants(variants: Variants): Uint8Array {
  return encodeText(`${JSON.stringify(variants)}\n`)
}

/** Decodes an entry. Returns undefined if it is invalid, for example if another version wrote it. */
export function decode(bytes: Uint8Array): Entry | Variants | undefined {
  const end = bytes.indexOf(0x0a)
  try {
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0))))
    if (!Array.isArray(head?.vary)) return undefined
    if (typeof head.id === 'string') return head
    const isEntry = Number.isInteger(head.status) && Array.isArray(head.headers)
    return isEntry ? { ...head, body: bytes.subarray(end + 1) } : undefined
  } catch {
    return undefined
  }
}

/** Returns the age of an entry in seconds. */
export function ageOf({ age, time }: Entry, now: number): number {
  return age + Math.max(0, Math.floor((now - time) / 1000))
}

/** Whether an entry is fresh and the request accepts it. */
export function satisfies(entry: Entry, policy: RequestPolicy, now: number): boolean {
  const age = ageOf(entry, now)
  if (policy.hasCookies && !entry.isPublic) return false
  return age <= policy.maxAge && entry.lifetime - age > policy.minFresh
}

/**
 * Whether an entry that has been stale for less than `seconds` may be served to a request that accepts a
 * stale response.
 */
export function isUsable(
  entry: Entry,
  seconds: number | undefined,
  policy: RequestPolicy,
  now: number,
): boolean {
  if (seconds === undefined || (policy.hasCookies && !entry.isPublic)) return false
  const age = ageOf(entry, now)
  return (
    age <= policy.maxAge && policy.minFresh === 0 && age < Math.max(0, entry.lifetime) + seconds
  )
}

/** Removes `Age`, which is computed for each response. */
export function withoutAge(headers: HeaderList): HeaderList {
  return headers.filter((_, index) => headers[index - (index % 2)] !== 'age')
}
