/** Conditional requests: validators, and when to answer 304 or 412 (RFC 9110 section 13). */

import type { HeaderList } from '../types.ts'
import { parseHTTPDate } from './dates.ts'
import { indexOfName } from './headers.ts'
import { isRead } from './methods.ts'

/** The values that distinguish one state of a resource from another. */
export interface Validators {
  /** The entity tag in the form of `ETag`, quotes included (unset). */
  readonly etag?: string | undefined
  /** The time of the last change, in milliseconds since 1970 (unset). */
  readonly lastModified?: number | undefined
}

/** The members of an HTTP scope from which preconditions are read. */
export interface ConditionalScope {
  readonly method: string
  readonly headers: HeaderList
}

/**
 * Evaluates the preconditions of a request in the order of RFC 9110 section 13.2.2.
 *
 * It evaluates `If-Match` or else `If-Unmodified-Since`, then `If-None-Match` or else `If-Modified-Since`.
 * A date is ignored if it is invalid or `lastModified` is unset. OPTIONS, CONNECT and TRACE have no
 * preconditions, because they neither read nor change a state.
 *
 * @param current The validators of the current state, or null if the resource does not exist.
 * @returns 304 (for GET and HEAD) or 412 if that is the response, null to process the request.
 * @example
 * const document = { etag: '"7"', lastModified: Date.UTC(2026, 0, 1) }
 * const headers = ['if-none-match', 'W/"7", "8"']
 * checkPreconditions({ method: 'GET', headers }, document) // 304
 * checkPreconditions({ method: 'PUT', headers: ['if-match', '"6"'] }, document) // 412
 */
export function checkPreconditions(
  { method, headers }: ConditionalScope,
  current: Validators | null,
): 304 | 412 | null {
  if (!hasCondition(headers) || WITHOUT_STATE.has(method)) return null
  if (!mayGoOn(headers, current)) return 412
  const noneMatch = joinedField(headers, 'if-none-match')
  if (noneMatch !== null) {
    if (!matches(noneMatch, current, isSameTag)) return null
    return isRead(method) ? 304 : 412
  }
  return isRead(method) && !isModified(headers, current) ? 304 : null
}

const WITHOUT_STATE: ReadonlySet<string> = new Set(['OPTIONS', 'CONNECT', 'TRACE'])

/** Whether there may be a precondition. Most requests have none, and this check is fast. */
function hasCondition(headers: HeaderList): boolean {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.startsWith('if-')) return true
  }
  return false
}

/** Steps 1 and 2: whether the resource is still in the state that the client expects. */
function mayGoOn(headers: HeaderList, current: Validators | null): boolean {
  const match = joinedField(headers, 'if-match')
  if (match !== null) return matches(match, current, isSameStrongTag)
  const since = dateField(headers, 'if-unmodified-since')
  const changed = current?.lastModified
  return since === null || changed === undefined || wholeSeconds(changed) <= since
}

/** Step 4: whether the resource has changed since the given date. */
function isModified(headers: HeaderList, current: Validators | null): boolean {
  const since = dateField(headers, 'if-modified-since')
  const changed = current?.lastModified
  return since === null || changed === undefined || wholeSeconds(changed) > since
}

/**
 * Whether the `Range` field applies: `If-Range` is missing, or matches the current state by a strong tag
 * or by its exact date, which must be at least a second old (RFC 9110 section 13.1.5).
 *
 * @param now The time to compare that date with, in milliseconds since 1970 (the current time).
 * @example
 * ifRangeHolds(['if-range', '"7"'], { etag: '"7"' }) // true
 * ifRangeHolds(['if-range', 'W/"7"'], { etag: 'W/"7"' }) // false
 */
export function ifRangeHolds(
  headers: HeaderList,
  { etag, lastModified }: Validators,
  now: number = Date.now(),
): boolean {
  const field = joinedField(headers, 'if-range')
  if (field === null) return true
  if (field.endsWith('"')) return etag !== undefined && isSameStrongTag(field, etag)
  if (lastModified === undefined) return false
  const changed = wholeSeconds(lastModified)
  return parseHTTPDate(field, now) === changed && now - changed >= 1000
}

/**
 * Returns the fields that a 304 repeats: all fields that do not describe the content.
 *
 * `Last-Modified` is repeated only if `ETag` is missing (RFC 9110 section 15.4.5).
 *
 * @example
 * notModifiedHeaders(['etag', '"7"', 'content-length', '2', 'vary', 'accept']) // ['etag', '"7"', 'vary', 'accept']
 */
export function notModifiedHeaders(headers: HeaderList): HeaderList {
  const hasTag = indexOfName(headers, 'etag') >= 0
  const kept: string[] = []
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    if (OF_CONTENT.has(name) || (hasTag && name === 'last-modified')) continue
    kept.push(name, headers[index + 1] ?? '')
  }
  return kept
}

const OF_CONTENT: ReadonlySet<string> = new Set([
  ...['content-type', 'content-length', 'content-encoding', 'content-language', 'content-range'],
  ...['content-disposition', 'content-digest', 'accept-ranges'],
])

/**
 * Returns all values of a field, joined by commas, or null if the field is missing.
 *
 * @example
 * joinedField(['if-match', '"a"', 'if-match', '"b"'], 'if-match') // '"a", "b"'
 */
export function joinedField(headers: HeaderList, name: string): string | null {
  let joined: string | null = null
  for (let index = indexOfName(headers, name); index >= 0 && index < headers.length; index += 2) {
    if (headers[index] !== name) continue
    const value = headers[index + 1] ?? ''
    joined = joined === null ? value : `${joined}, ${value}`
  }
  return joined === null ? null : joined.trim()
}

/**
 * Returns the validators of a response: `ETag` and `Last-Modified`.
 *
 * @example
 * validatorsIn(['etag', '"7"']) // { etag: '"7"', lastModified: undefined }
 */
export function validatorsIn(headers: HeaderList): Validators {
  return {
    etag: joinedField(headers, 'etag') ?? undefined,
    lastModified: dateField(headers, 'last-modified') ?? undefined,
  }
}

function dateField(headers: HeaderList, name: string): number | null {
  const field = joinedField(headers, name)
  return field === null ? null : parseHTTPDate(field)
}

/** Whether one of the tags matches. `*` matches any current state. */
function matches(
  field: string,
  current: Validators | null,
  isSame: (tag: string, etag: string) => boolean,
): boolean {
  if (current === null) return false
  if (field === '*') return true
  const { etag } = current
  return etag !== undefined && parseEtags(field).some((tag) => isSame(tag, etag))
}

/** Weak comparison: `W/` is ignored (RFC 9110 section 8.8.3.2). */
function isSameTag(tag: string, etag: string): boolean {
  return opaque(tag) === opaque(etag)
}

/** Strong comparison: both tags are strong and equal. */
function isSameStrongTag(tag: string, etag: string): boolean {
  return tag === etag && !tag.startsWith('W/')
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
}

const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/y
const BETWEEN = /[\t ,]*/y
const END = /[\t ]*(?:,|$)/y

/**
 * Parses a list of entity tags. Commas within quotes belong to the tag; invalid tags are skipped. It takes
 * linear time.
 *
 * @example
 * parseEtags('W/"a" , "b,c", junk') // ['W/"a"', '"b,c"']
 */
export function parseEtags(field: string): string[] {
  const tags: string[] = []
  let index = endOf(BETWEEN, field, 0)
  while (index < field.length) {
    const end = endOf(TAG, field, index)
    if (end >= 0 && endOf(END, field, end) >= 0) tags.push(field.slice(index, end))
    const comma = field.indexOf(',', Math.max(index, end))
    if (comma < 0) break
    index = endOf(BETWEEN, field, comma)
  }
  return tags
}

/** Returns the end of a match that begins at `start`, or -1. */
function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : -1
}

/** Rounds down to whole seconds, the resolution of dates in header fields. */
function wholeSeconds(time: number): number {
  return Math.floor(time / 1000) * 1000
}
