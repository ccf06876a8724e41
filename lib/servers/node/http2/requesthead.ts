/** Reads the target and the fields of an HTTP/2 request. nghttp2 has checked the syntax of the fields before. */
import { isAuthority } from '../../../http/hosts.ts'
import { fits, parseTarget, type Target } from '../../../protocol/target.ts'
import type { HeaderList } from '../../../types.ts'

/** The number of bytes that each field counts in addition to its name and value (RFC 9113 section 6.5.2). */
const FIELD_OVERHEAD = 32

export interface StreamRequestHead {
  readonly method: string
  readonly target: Target
  /** The fields in the form of HTTP/1.1: `host` is first, and all cookies are in one field. */
  readonly headers: HeaderList
  /** The value of Content-Length; Infinity without it. */
  readonly announced: number
  readonly expectsContinue: boolean
  /** The protocol of an extended CONNECT request (RFC 8441). */
  readonly protocol: string | undefined
}

/**
 * Reads a request, or returns the status to refuse it with.
 *
 * @param maxSize The maximum size of a head in bytes. nghttp2 checks it only after the client has acknowledged it.
 */
export function readStreamRequestHead(
  rawHeaders: readonly string[],
  maxSize: number,
): StreamRequestHead | number {
  const pseudo = new Map<string, string>()
  const headers: string[] = ['host', '']
  let host: string | undefined
  let cookie = -1
  let size = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const value = rawHeaders[index + 1] ?? ''
    size += name.length + value.length + FIELD_OVERHEAD
    if (name.startsWith(':')) pseudo.set(name, value)
    else if (name === 'host') {
      if (host !== undefined) return 400
      host = value
    } else if (name === 'cookie' && cookie >= 0) headers[cookie] += `; ${value}`
    else {
      if (name === 'cookie') cookie = headers.length + 1
      headers.push(name, value)
    }
  }
  if (size > maxSize) return 431
  const method = pseudo.get(':method') ?? ''
  const protocol = pseudo.get(':protocol')
  if (method === 'CONNECT' && protocol === undefined) return 501
  const named = agreedHost(pseudo.get(':authority'), host)
  const target = targetOf(pseudo.get(':path') ?? '', method)
  if (named === undefined || target === undefined) return 400
  headers[1] = named
  const announced = fieldOf(headers, 'content-length')
  return {
    method,
    target,
    headers,
    announced: announced === undefined ? Number.POSITIVE_INFINITY : Number(announced),
    expectsContinue: fieldOf(headers, 'expect')?.toLowerCase() === '100-continue',
    protocol,
  }
}

/**
 * Returns the host. `:authority` and Host must agree, because two servers could choose either (RFC 9113 section
 * 8.3.1).
 */
function agreedHost(authority: string | undefined, host: string | undefined): string | undefined {
  const named = authority ?? host
  if (named === undefined || !isAuthority(named)) return undefined
  return host !== undefined && host.toLowerCase() !== named.toLowerCase() ? undefined : named
}

/** Parses a target. Only the origin form and `*` are valid. */
function targetOf(path: string, method: string): Target | undefined {
  if (!path.startsWith('/') && path !== '*') return undefined
  const target = parseTarget(path)
  return target !== undefined && fits(target, method) ? target : undefined
}

function fieldOf(headers: HeaderList, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] === name) return headers[index + 1]
  }
  return undefined
}
