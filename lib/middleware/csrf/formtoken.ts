/** Finds the token in the form that a request sends. */
import { decodeLatin1 } from '../../forms/text.ts'
import { mediaTypeOf } from '../../http/mediatypes.ts'
import { Request } from '../../requests.ts'
import type { HTTPScope, Receive } from '../../types.ts'

const URLENCODED = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data'

/** What a token may have; a longer field is refused. */
const MOST_BYTES = 1024

/** Whether the body is a form, so that it is worth reading. */
export function hasForm(contentType: string | null): boolean {
  const type = mediaTypeOf(contentType)
  return type === URLENCODED || type === MULTIPART
}

/**
 * The first text of this name, or undefined. Of a multipart body, nothing behind that field is
 * read; no other field is decoded or kept.
 */
export function tokenIn(
  scope: HTTPScope,
  receive: Receive,
  name: string,
): Promise<string | undefined> {
  // A read that asks for more would change the limit for all; this one is no handler's wish.
  const request = new Request({ ...scope, bodyLimit: undefined }, receive)
  const isMultipart = mediaTypeOf(request.headers.get('content-type')) === MULTIPART
  return isMultipart ? inParts(request, name) : inFields(request, name)
}

async function inFields(request: Request, name: string): Promise<string | undefined> {
  const text = decodeLatin1(await request.bytes())
  // As browsers write it, `_csrf=`, so that no field needs to be decoded.
  const begin = `${new URLSearchParams([[name, '']])}`
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
    if (at > 0 && text[at - 1] !== '&') continue
    const end = text.indexOf('&', at)
    const field = text.slice(at, end < 0 ? text.length : end)
    return new URLSearchParams(field.slice(0, begin.length + MOST_BYTES)).get(name) ?? undefined
  }
  return undefined
}

/** The kept bytes are limited, so nothing else needs to be. */
const UNLIMITED = {
  maxSize: Number.POSITIVE_INFINITY,
  maxFields: Number.POSITIVE_INFINITY,
  maxFiles: Number.POSITIVE_INFINITY,
  maxPartSize: Number.POSITIVE_INFINITY,
  maxFieldsSize: Number.POSITIVE_INFINITY,
}

async function inParts(request: Request, name: string): Promise<string | undefined> {
  for await (const part of request.parts(UNLIMITED)) {
    const isField = part.name === name && part.filename === null
    // Read before the loop is left, which ends the part.
    if (isField) return await part.text({ maxSize: MOST_BYTES })
  }
  return undefined
}
