/** Finds the token in the form that a request sends. */
import { decodeLatin1 } from '../../forms/text.ts'
import { mediaTypeOf } from '../../http/mediatypes.ts'
import { Request } from '../../requests.ts'
import type { HTTPScope, Receive } from '../../types.ts'

const URLENCODED = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data'

/** The maximum length of a token. A longer field is rejected. */
const MOST_BYTES = 1024

/** Whether the body is a form, which may hold a token. */
export function hasForm(contentType: string | null): boolean {
  const type = mediaTypeOf(contentType)
  return type === URLENCODED || type === MULTIPART
}

/**
 * Returns the first field with this name, or undefined. A multipart body is read only up to that field; no
 * other field is decoded or kept.
 */
export function tokenIn(
  scope: HTTPScope,
  receive: Receive,
  name: string,
): Promise<string | undefined> {
  // The limit is left out, because reading with a higher one would raise it for the app too.
  const request = new Request({ ...scope, bodyLimit: undefined }, receive)
  const isMultipart = mediaTypeOf(request.headers.get('content-type')) === MULTIPART
  return isMultipart ? inParts(request, name) : inFields(request, name)
}

async function inFields(request: Request, name: string): Promise<string | undefined> {
  const text = decodeLatin1(await request.bytes())
  // Forms contain the name as browsers encode it, `_csrf=`, so no other field needs to be decoded.
  const begin = `${new URLSearchParams([[name, '']])}`
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
    if (at > 0 && text[at - 1] !== '&') continue
    const end = text.indexOf('&', at)
    const field = text.slice(at, end < 0 ? text.length : end)
    return new URLSearchParams(field.slice(0, begin.length + MOST_BYTES)).get(name) ?? undefined
  }
  return undefined
}

/** KeptBody limits the size, so no other limit is needed. */
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
    // The text is read before leaving the loop, because that ends the part.
    if (isField) return await part.text({ maxSize: MOST_BYTES })
  }
  return undefined
}
