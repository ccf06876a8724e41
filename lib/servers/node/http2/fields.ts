/** Converts the fields of a response to the form of node:http2. */
import type { OutgoingHttpHeaders } from 'node:http2'
import type { HeaderList } from '../../../types.ts'

/** Fields that concern one connection. HTTP/2 forbids them (RFC 9113 section 8.2.2). */
const FORBIDDEN = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** Node refuses a second value for these fields. The first value is kept, as Node does when it reads fields. */
const SINGLE = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
])

/** Returns the fields as an object. It has no prototype, because a field may have any name. */
export function toStreamHeaders(headers: HeaderList, status?: number): OutgoingHttpHeaders {
  const fields: Record<string, string | string[] | number> = Object.create(null)
  if (status !== undefined) fields[':status'] = status
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    const before = fields[name]
    if (before === undefined) {
      if (!FORBIDDEN.has(name)) fields[name] = value
    } else if (Array.isArray(before)) before.push(value)
    else if (!SINGLE.has(name)) fields[name] = [String(before), value]
  }
  return fields
}
