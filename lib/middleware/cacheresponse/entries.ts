/** Cached responses: their content, encoding and keys. */

import { joinedField } from '../../http/conditional.ts'
import { urlAuthority } from '../../http/hosts.ts'
import { encodeText, joinBytes } from '../../internal/bytes.ts'
import { sha256 } from '../../internal/digests.ts'
import type { HeaderList, HTTPScope } from '../../types.ts'
import type { Wish } from './requests.ts'
import type { Stay } from './rules.ts'

/** A complete response. */
export interface Entry extends Stay {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
  /** When it was received, in milliseconds since 1970. */
  readonly time: number
}

/** Stored at the key of a resource whose responses depend on request fields. */
export interface Variants {
  readonly vary: readonly string[]
  /** Part of the keys of the variants: a new id makes the old variants unreachable. */
  readonly id: string
}

/**
 * The key of a resource: a hash of an unambiguous list. It has a fixed length, and only characters that
 * every store accepts.
 */
export function resourceKey(scope: HTTPScope, extra: string): string {
  const { scheme, headers, rawPath, queryString } = scope
  return hashOf(['GET', scheme, hostIn(headers), rawPath, queryString, extra])
}

/** The key of all resources with this host and path, whatever their query. */
export function pathKey({ headers, rawPath }: HTTPScope): string {
  return hashOf([hostIn(headers), rawPath])
}

/** Different spellings of a host are one resource, so a change through one invalidates all. */
function hostIn(headers: HeaderList): string {
  const named = joinedField(headers, 'host') ?? ''
  return urlAuthority(named)?.toLowerCase() ?? named
}

/** The key of the variant for this request. */
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

/** Decodes an entry; undefined if it is invalid, for example if another version wrote it. */
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

/** The age of an entry in seconds. */
export function ageOf({ age, time }: Entry, now: number): number {
  return age + Math.max(0, Math.floor((now - time) / 1000))
}

/** Whether an entry is fresh and the request accepts it. */
export function satisfies(entry: Entry, wish: Wish, now: number): boolean {
  const age = ageOf(entry, now)
  if (wish.hasCookies && !entry.isPublic) return false
  return age <= wish.maxAge && entry.lifetime - age > wish.minFresh
}

/**
 * Whether a stale entry may still be served, for so many seconds, to a request that does not ask for a
 * fresh one.
 */
export function isUsable(
  entry: Entry,
  seconds: number | undefined,
  wish: Wish,
  now: number,
): boolean {
  if (seconds === undefined || (wish.hasCookies && !entry.isPublic)) return false
  const age = ageOf(entry, now)
  return age <= wish.maxAge && wish.minFresh === 0 && age < Math.max(0, entry.lifetime) + seconds
}

/** Age is computed for each answer. */
export function withoutAge(headers: HeaderList): HeaderList {
  return headers.filter((_, index) => headers[index - (index % 2)] !== 'age')
}
