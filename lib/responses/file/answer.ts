/** The response to a request for a file: all of it, parts of it, or no content. */
import {
  checkPreconditions,
  ifRangeHolds,
  joinedField,
  notModifiedHeaders,
  type Validators,
  validatorsIn,
} from '../../http/conditional.ts'
import { formatHTTPDate } from '../../http/dates.ts'
import { Headers, indexOfName } from '../../http/headers.ts'
import { contentRange, parseRange } from '../../http/ranges.ts'
import { isBodyless } from '../../http/status.ts'
import type { HeaderList, Scope } from '../../types.ts'
import { byteRanges, lengthOf, type Piece } from './byteranges.ts'

/** The state of a file without its content; `Stats` of `node:fs` fit. */
export interface FileStat {
  /** The size in bytes. */
  readonly size: number
  /** The time of the last change, in milliseconds since 1970. */
  readonly mtimeMs: number
}

/** A file with an entity tag that is more exact than one made from size and time. */
export interface TaggedStat extends FileStat {
  readonly etag?: string
}

/** The response to send; the header fields of the file are added if they are missing. */
export interface IntendedResponse {
  readonly status: number
  readonly headers: HeaderList
  readonly contentType: string
  readonly maxRanges: number
}

export interface FileAnswer {
  readonly status: number
  readonly headers: HeaderList
  /** The pieces of the body; empty without content. */
  readonly pieces: readonly Piece[]
  /** The length of the body, in bytes. */
  readonly size: number
}

/**
 * Preconditions and ranges apply only if GET or HEAD is answered with 200: another status does not describe
 * the state of the file, and a POST has already had its effect.
 */
export function answerTo(scope: Scope, intended: IntendedResponse, stat: TaggedStat): FileAnswer {
  const headers = describe(intended, stat)
  const { status, maxRanges } = intended
  return answerFor(scope, { status, headers, size: stat.size, maxRanges, mtimeMs: stat.mtimeMs })
}

/** A response whose fields are all known except `content-length`. */
interface DescribedResponse {
  readonly status: number
  readonly headers: HeaderList
  readonly size: number
  readonly maxRanges: number
  /** Used if `Last-Modified` is missing or is not a date. */
  readonly mtimeMs?: number | undefined
}

/** Like `answerTo`, but adds no fields. */
export function answerFor(scope: Scope, described: DescribedResponse): FileAnswer {
  const { status, headers, size, mtimeMs } = described
  if (scope.type !== 'http') return whole(status, headers, size, true)
  const isHead = scope.method === 'HEAD'
  if (status === 200 && (isHead || scope.method === 'GET')) {
    // The header fields of the response are used, because clients send these values back.
    const { etag, lastModified = mtimeMs } = validatorsIn(headers)
    const validators = { etag, lastModified }
    const verdict = checkPreconditions(scope, validators)
    if (verdict === 304) return withoutBody(304, notModifiedHeaders(headers))
    if (verdict === 412) return withoutBody(412, ['content-length', '0'])
    const parts = isHead ? null : partsFor(scope.headers, described, validators)
    if (parts !== null) return parts
  }
  return whole(status, headers, size, !isHead)
}

function describe({ headers, contentType }: IntendedResponse, stat: TaggedStat): HeaderList {
  const list = headers.slice()
  addMissing(list, 'content-type', contentType)
  addMissing(list, 'accept-ranges', 'bytes')
  addMissing(list, 'last-modified', lastModified(stat))
  addMissing(list, 'etag', stat.etag ?? etagOf(stat))
  return list
}

/** A time in the future is replaced by the time of the response (RFC 9110 section 8.8.2.1). */
export function lastModified({ mtimeMs }: Pick<FileStat, 'mtimeMs'>): string {
  return formatHTTPDate(Math.min(mtimeMs, Date.now()))
}

/** Size and mtime at file-system precision; never derived from the path. */
export function etagOf({ size, mtimeMs }: FileStat): string {
  return `"${size.toString(16)}-${Math.round(mtimeMs * 1000).toString(16)}"`
}

/** An entity tag that two files share only if their bytes are the same. */
export function contentTag(hash: string): string {
  return `"${hash.slice(0, 22)}"`
}

function partsFor(
  requested: HeaderList,
  { headers, size, maxRanges }: DescribedResponse,
  validators: Validators,
): FileAnswer | null {
  const field = joinedField(requested, 'range')
  if (field === null || joinedField(headers, 'accept-ranges') !== 'bytes') return null
  if (!ifRangeHolds(requested, validators)) return null
  const ranges = parseRange(field, size, maxRanges)
  if (ranges === null) return null
  const [first, ...others] = ranges
  if (first === undefined) {
    // It has no fields of the file: a cache must not store this response in place of the file.
    const fields = ['content-range', contentRange(null, size), 'content-length', '0']
    return withoutBody(416, fields)
  }
  const view = new Headers(headers)
  if (others.length === 0) {
    view.set('content-length', String(first.end - first.start))
    view.set('content-range', contentRange(first, size))
    return { status: 206, headers: view.list, pieces: [first], size: first.end - first.start }
  }
  const parts = byteRanges(ranges, size, view.get('content-type') ?? '')
  const length = parts.pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)
  view.set('content-type', parts.contentType)
  view.set('content-length', String(length))
  return { status: 206, headers: view.list, pieces: parts.pieces, size: length }
}

function whole(status: number, headers: HeaderList, size: number, withBody: boolean): FileAnswer {
  if (isBodyless(status)) return withoutBody(status, headers)
  const isTold = indexOfName(headers, 'content-length') >= 0
  const fields = isTold ? headers : [...headers, 'content-length', String(size)]
  if (!withBody) return withoutBody(status, fields)
  return { status, headers: fields, pieces: [{ start: 0, end: size }], size }
}

function withoutBody(status: number, headers: HeaderList): FileAnswer {
  return { status, headers, pieces: [], size: 0 }
}

function addMissing(list: string[], name: string, value: string): void {
  if (indexOfName(list, name) < 0) list.push(name, value)
}
