/** The fields of a response with a file. */
import type { Coding } from '../http/codings.ts'
import { contentDisposition } from '../http/disposition.ts'
import { assertHeader } from '../http/headers.ts'
import { mediaTypeOf } from '../http/mimetypes.ts'
import { lastModified } from '../responses/file/answer.ts'
import { contentType } from '../responses/response.ts'
import type { HeaderList } from '../types.ts'

/** The known state of a file. */
interface State {
  readonly size: number
  readonly mtimeMs?: number | undefined
}

/** The option: for all files, or by name. */
export type CacheControl = string | ((name: string) => string | undefined) | undefined

/** @throws TypeError if the value is not a valid header value. */
export function cacheControlOf(option: CacheControl, name: string): string | undefined {
  const value = typeof option === 'function' ? option(name) : option
  if (value !== undefined) assertHeader('cache-control', value)
  return value
}

/** The option: for all files, or by name. */
export type Attachment = boolean | ((name: string) => boolean)

interface FieldOptions {
  /** Whether the response depends on the codings that the client accepts. */
  readonly varies: boolean
  readonly attachment?: Attachment
}

/** The fields that do not depend on the state of the file. */
export function fieldsOf(
  name: string,
  coding: Coding | undefined,
  { varies, attachment = false }: FieldOptions,
): HeaderList {
  const type = contentType(mediaTypeOf(name) ?? 'application/octet-stream', 'utf-8')
  const fields = ['content-type', type, 'accept-ranges', 'bytes']
  if (coding !== undefined) fields.push('content-encoding', coding)
  if (typeof attachment === 'function' ? attachment(name) : attachment) {
    const saved = name.slice(name.lastIndexOf('/') + 1)
    fields.push('content-disposition', contentDisposition('attachment', saved))
  }
  if (varies) fields.push('vary', 'Accept-Encoding')
  return fields
}

/** Returns the fields, and adds the fields that depend on the state of the file. */
export function withState(
  fields: HeaderList,
  { size, mtimeMs }: State,
  tag: string | undefined,
  coding: Coding | undefined,
): HeaderList {
  const list = [...fields, 'content-length', String(size)]
  if (mtimeMs !== undefined) list.push('last-modified', lastModified({ mtimeMs }))
  if (tag !== undefined) list.push('etag', coding === undefined ? tag : withCoding(tag, coding))
  return list
}

/** Each coding has a different tag, even if size and time are equal (RFC 9110 section 8.8.3.3). */
function withCoding(etag: string, coding: Coding): string {
  return `${etag.slice(0, -1)}-${coding}"`
}
