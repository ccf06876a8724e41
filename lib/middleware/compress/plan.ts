/** What becomes of a response: decided by its start, before anything is sent. */
import { parseEtags } from '../../http/conditional.ts'
import { Headers, indexOfName } from '../../http/headers.ts'
import { isBodyless } from '../../http/status.ts'
import type { HeaderList, HTTPResponseStartMessage } from '../../types.ts'

/** Sent as it is; sent as it is to this client, others get it compressed; compressed. */
export type Plan = 'untouched' | 'varied' | 'encoded'

export interface Facts {
  /** Whether the client takes a coding that is offered. */
  readonly accepts: boolean
  /** The length of the body, where no field tells it; Infinity for a stream. */
  readonly size: number
}

export interface Rules {
  readonly minSize: number
  readonly isCompressible: (type: string) => boolean
}

/** Bytes that have been encoded already, or that somebody counted or signed. */
const FIXED: ReadonlySet<string> = new Set([
  ...[
    'content-encoding',
    'content-range',
    'content-digest',
    'repr-digest',
    'digest',
    'content-md5',
  ],
])

/** Decides by status, fields and size; nothing of the client but what it accepts plays a part. */
export function planFor(
  { status, headers }: HTTPResponseStartMessage,
  { accepts, size }: Facts,
  { minSize, isCompressible }: Rules,
): Plan {
  // A 304 has the Vary of the 200 (RFC 9110 section 15.4.5); a part has it too (15.3.7).
  const isPart = status === 206
  const isSame = status === 304
  if (isBodyless(status) && !isSame) return 'untouched'
  let type: string | undefined
  let whole = size
  let hasValidator = false // without one, a 304 tells of no answer
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    if (name === 'content-range' && isPart) whole = sizeOfWhole(value)
    else if (FIXED.has(name)) return 'untouched'
    if (name === 'cache-control' && /\bno-transform\b/i.test(value)) return 'untouched'
    if (name === 'etag' || name === 'last-modified') hasValidator = true
    if (name === 'content-type') type = mediaTypeOf(value)
  }
  if (isSame) return hasValidator && isCompressible(type ?? '') ? 'varied' : 'untouched'
  // Several parts are of a type of their own, and do not say how long the whole is.
  if (isPart && type === 'multipart/byteranges') return 'varied'
  if (whole === 0 || whole < minSize || !isCompressible(type ?? '')) return 'untouched'
  return accepts && !isPart ? 'encoded' : 'varied'
}

/** The length behind the slash, if it is told; a part is never compressed itself. */
function sizeOfWhole(contentRange: string): number {
  const size = /\/([0-9]+)$/.exec(contentRange)?.[1]
  return size === undefined ? Number.POSITIVE_INFINITY : Number(size)
}

function mediaTypeOf(field: string): string {
  const semicolon = field.indexOf(';')
  return (semicolon < 0 ? field : field.slice(0, semicolon)).trim().toLowerCase()
}

/** The same fields, with `Accept-Encoding` named in `Vary`, once. */
export function variedHeaders(headers: HeaderList): HeaderList {
  return new Headers(headers).vary('Accept-Encoding').list
}

/**
 * The fields of the compressed body: another length, no byte ranges, and no strong tag, since the
 * bytes are not those that it stands for (RFC 9110 section 8.8.1).
 */
export function encodedHeaders(headers: HeaderList, coding: string): HeaderList {
  const kept: string[] = []
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    if (name === 'content-length' || name === 'accept-ranges') continue
    kept.push(name, name === 'etag' ? weakened(value) : value)
  }
  kept.push('content-encoding', coding)
  return new Headers(kept).vary('Accept-Encoding').list
}

function weakened(etag: string): string {
  return etag.startsWith('"') ? `W/${etag}` : etag
}

/** A 304 repeats the tag that the client holds: where it asked by the weakened one, that one. */
export function revalidatedHeaders(headers: HeaderList, asked: string): HeaderList {
  const index = indexOfName(headers, 'etag')
  const etag = headers[index + 1]
  if (index < 0 || !etag?.startsWith('"')) return headers
  if (!parseEtags(asked).includes(weakened(etag))) return headers
  return new Headers(headers).set('etag', weakened(etag)).list
}
