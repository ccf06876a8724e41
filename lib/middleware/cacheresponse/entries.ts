/** What is kept of a response, how it is written, and under which key. */

import { joinedField } from '../../http/conditional.ts'
import { urlAuthority } from '../../http/hosts.ts'
import { encodeText, joinBytes } from '../../internal/bytes.ts'
import { sha256 } from '../../internal/digests.ts'
import type { HeaderList, HTTPScope } from '../../types.ts'
import type { Wish } from './requests.ts'
import type { Stay } from './rules.ts'

/** A whole response. */
export interface Entry extends Stay {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
  /** When it came, in milliseconds since 1970. */
  readonly time: number
}

/** What stands at the key of a resource whose responses depend on more than that. */
export interface Variants {
  readonly vary: readonly string[]
  /** Goes into the keys of the variants: without this, nothing leads to them any more. */
  readonly id: string
}

/**
 * The key of a resource: a hash, so that it has one length and no character that a store might read
 * otherwise, of a list that is written in one way only.
 */
export function resourceKey(
  { scheme, headers, rawPath, queryString }: HTTPScope,
  extra: string,
): string {
  // Spellings of one host are one resource: a change of it must be seen under each.
  const named = joinedField(headers, 'host') ?? ''
  const host = urlAuthority(named)?.toLowerCase() ?? named
  return hashOf(['GET', scheme, host, rawPath, queryString, extra])
}

/** The key of what this request gets of a resource that varies. */
export function variantKey(key: string, { vary, id }: Variants, headers: HeaderList): string {
  return hashOf([key, id, ...vary.flatMap((name) => [name, joinedField(headers, name)])])
}

function hashOf(parts: readonly (string | null)[]): string {
  return sha256(JSON.stringify(parts))
}

/** One line of JSON, and the body as it is. */
export function encodeEntry({ body, ...head }: Entry): Uint8Array {
  return joinBytes([encodeText(`${JSON.stringify(head)}\n`), body])
}

export function encodeVariants(variants: Variants): Uint8Array {
  return encodeText(`${JSON.stringify(variants)}\n`)
}

/** Undefined for what is none, as another version may have written it. */
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

/** Seconds that an entry is old. */
export function ageOf({ age, time }: Entry, now: number): number {
  return age + Math.max(0, Math.floor((now - time) / 1000))
}

/** Whether an entry is fresh, and what this request will take. */
export function satisfies(entry: Entry, wish: Wish, now: number): boolean {
  const age = ageOf(entry, now)
  if (wish.hasCookies && !entry.isPublic) return false
  return age <= wish.maxAge && entry.lifetime - age > wish.minFresh
}

/**
 * Whether an entry that is no longer fresh may be served all the same, for so many seconds, to a
 * request that does not ask for a fresh one.
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

/** It is told anew each time. */
export function withoutAge(headers: HeaderList): HeaderList {
  return headers.filter((_, index) => headers[index - (index % 2)] !== 'age')
}
