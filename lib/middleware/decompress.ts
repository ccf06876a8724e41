/** Decompresses the bodies of requests. */

import { changes, refusing } from '../authoring/refusing.ts'
import { DEFAULT_MAX_BODY_SIZE, intactReceive } from '../body.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { joinedField } from '../http/conditional.ts'
import { Headers } from '../http/headers.ts'
import { named } from '../internal/apps.ts'
import { invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { runFinally } from '../internal/run.ts'
import { mustBeSize } from '../layers/read.ts'
import type { HeaderList, HTTPScope, Middleware } from '../types.ts'
import { AVAILABLE, KNOWN, type RequestCoding } from './decompress/decoders.ts'
import { Decompression } from './decompress/decompression.ts'

export type { RequestCoding }

export interface DecompressOptions {
  /** The codings that are accepted (gzip, deflate, br, and zstd from Node 22.15 on). */
  codings?: readonly RequestCoding[]
  /** The maximum size of a body after decompression, in bytes (the limit of `bodyLimit()`, or 10 MB). */
  maxSize?: number
}

/** A body with more codings is an attack. */
const MOST_CODINGS = 3

/**
 * Decompresses request bodies with a `Content-Encoding`, chunk by chunk as the app reads them. The app
 * sees neither that field nor the `Content-Length` of the compressed body.
 *
 * A body with another coding gets 415, and `Accept-Encoding` lists the accepted codings (RFC 9110 section
 * 15.5.16). A body that is larger than `maxSize` gets 413, and an invalid or incomplete body gets 400. A
 * `bodyLimit()` outside limits the compressed body, a `bodyLimit()` inside the decompressed body.
 *
 * @throws TypeError if a coding is unknown, or this Node supports none of them; RangeError if the size is
 * invalid.
 * @example
 * Route('/events', async (request) => new JSONResponse(await request.json()), {
 *   methods: ['POST'],
 *   middleware: [decompress({ maxSize: 1_000_000 })],
 * })
 */
export function decompress(options: DecompressOptions = {}): Middleware {
  knownOptions('decompress', options, 'codings maxSize')
  const { maxSize } = options
  const accepted = readCodings(options.codings ?? AVAILABLE)
  if (maxSize !== undefined) mustBeSize('decompress', 'maxSize', maxSize)
  const refuses = (method: string): readonly number[] => (changes(method) ? [400, 413, 415] : [])
  const middleware = refusing(refuses, (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const field = joinedField(scope.headers, 'content-encoding')
    if (field === null) return app(scope, receive, send)
    const codings = codingsIn(field)
    if (codings.length > MOST_CODINGS || !codings.every((coding) => accepted.includes(coding))) {
      return answerException(unsupported(accepted), scope, receive, send)
    }
    const most = maxSize ?? scope.maxBodySize ?? DEFAULT_MAX_BODY_SIZE
    const body = new Decompression(intactReceive(receive), codings.reverse(), most)
    const plain = { ...scope, headers: plainFields(scope) }
    return runFinally(app, plain, body.receive, send, body.close)
  })
  return named('decompress', middleware)
}

/**
 * Returns the codings in the order in which they were applied, without `identity` (RFC 9110 section 8.4).
 */
function codingsIn(field: string): RequestCoding[] {
  return field
    .split(',')
    .map((element) =>
      element
        .trim()
        .toLowerCase()
        .replace(/^x-gzip$/, 'gzip'),
    )
    .filter((coding) => coding !== '' && coding !== 'identity') as RequestCoding[]
}

/**
 * Returns the fields of the decompressed body. Its length is unknown; in HTTP/1 it is therefore chunked.
 */
function plainFields({ headers, httpVersion }: HTTPScope): HeaderList {
  const fields = new Headers(headers).delete('content-encoding')
  if (!fields.has('content-length')) return fields.list
  fields.delete('content-length')
  if (httpVersion.startsWith('1')) fields.set('transfer-encoding', 'chunked')
  return fields.list
}

function unsupported(accepted: readonly string[]): HTTPException {
  const list = accepted.join(', ')
  return new HTTPException(415, `The accepted content codings of request bodies are ${list}.`, {
    headers: { 'accept-encoding': list },
  })
}

/** Removes codings that this version of Node lacks. So one program runs on any version. */
function readCodings(given: readonly RequestCoding[]): readonly RequestCoding[] {
  const isList = Array.isArray(given) && given.every((coding) => KNOWN.includes(coding))
  const codings = isList ? given.filter((coding) => AVAILABLE.includes(coding)) : []
  if (codings.length > 0) return codings
  const what = `codings must be a list of ${AVAILABLE.join(', ')}`
  throw invalid('decompress', what, given, 'Leave it out to accept all of them')
}
