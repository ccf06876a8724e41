/** Decides from the start of a response whether to compress it. */
import { parseEtags } from '../../http/conditional.ts'
import { Headers, indexOfName } from '../../http/headers.ts'
import { isBodyless } from '../../http/status.ts'
import type { HeaderList, HTTPResponseStartMessage } from '../../types.ts'

/**
 * `untouched`: sent unchanged. `varied`: sent with `Vary`, because other clients may get it compressed.
 * `encoded`: compressed.
 */
export type Plan = 'untouched' | 'varied' | 'encoded'

export interface Facts {
  /** Whether the client accepts one of the codings. */
  readonly accepts: boolean
  /** The length of the body if no field declares it; Infinity for a stream. */
  readonly size: number
}

export interface Rules {
  readonly minSize: number
  readonly isCompressible: (type: string) => boolean
}

/** Fields of bodies that must not be changed: encoded, partial, or with a digest. */
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

/** Decides by status, fields and size. Only `Accept-Encoding` of the request matters. */
export function planFor(
  { status, headers }: HTTPResponseStartMessage,
  { accepts, size }: Facts,
  { minSize, isCompressible }: Rules,
): Plan {
  // A 304 has the Vary of the 200 (RFC 9110 section 15.4.5), and so has a 206 (section 15.3.7).
  const isPart = status === 206
  const isSame = status === 304
  if (isBodyless(status) && !isSame) return 'untouched'
  let type: string | undefined
  let whole = size
  let hasValidator = false // without one, a 304 does not confirm a compressed response
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
  // A multipart range response has its own type, and does not declare the full length.
  if (isPart && type === 'multipart/byteranges') return 'varied'
  if (whole === 0 || whole < minSize || !isCompressible(type ?? '')) return 'untouched'
  return accepts && !isPart ? 'encoded' : 'varied'
}

/**
 * Returns the full length after the slash, or Infinity if it is unknown. A 206 itself is never compressed.
 */
function sizeOfWhole(contentRange: string): number {
  const size = /\/([0-9]+)$/.exec(contentRange)?.[1]
  return size === undefined ? Number.POSITIVE_INFINITY : Number(size)
}

function mediaTypeOf(field: string): string {
  const semicolon = field.indexOf(';')
  return (semicolon < 0 ? field : field.slice(0, semicolon)).trim().toLowerCase()
}

/** Returns the fields with `Accept-Encoding` in `Vary`. */
export function variedHeaders(headers: HeaderList): HeaderList {
  return new Headers(headers).vary('Accept-Encoding').list
}

/**
 * Returns the fields of the compressed body: no length, no byte ranges, and a weak tag, because a strong
 * tag identifies the bytes of the original (RFC 9110 section 8.8.1).
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

/**
 * Returns the fields of a 304. If `If-None-Match` has the weak tag of the compressed body, the 304 has it
 * too.
 */
export function revalidatedHeaders(headers: HeaderList, asked: string): HeaderList {
  const index = indexOfName(headers, 'etag')
  const etag = headers[index + 1]
  if (index < 0 || !etag?.startsWith('"')) return headers
  if (!parseEtags(asked).includes(weakened(etag))) return headers
  return new Headers(headers).set('etag', weakened(etag)).list
}
