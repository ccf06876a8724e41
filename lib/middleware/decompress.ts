/** Decompresses the bodies of requests. */

import { changes, refusing } from '../authoring/refusing.ts'
import { DEFAULT_MAX_BODY_SIZE, intactReceive } from '../body.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { joinedField } from '../http/conditional.ts'
import { Headers } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { mustRange, wrong } from '../internal/must.ts'
import { runFinally } from '../internal/run.ts'
import type { HeaderList, HTTPScope, Middleware } from '../types.ts'
import { AVAILABLE, KNOWN, type RequestCoding } from './decompress/decoders.ts'
import { Decompression } from './decompress/decompression.ts'

export type { RequestCoding }

export interface DecompressOptions {
  /** The codings that are accepted (gzip, deflate, br, and zstd where Node has it: from 22.15 on). */
  codings?: readonly RequestCoding[]
  /** The largest body, in bytes after decompression (the limit of `bodyLimit()`, or 10 MB). */
  maxSize?: number
}

/** A body that is compressed more often than that is an attack. */
const MOST_CODINGS = 3

/**
 * Decompresses request bodies with a `Content-Encoding`, chunk by chunk as the app reads them. The app
 * sees neither that field nor the `Content-Length` of the compressed body.
 *
 * Another coding is answered with 415, whose `Accept-Encoding` lists those that are accepted (RFC 9110
 * section 15.5.16), a body that is larger than `maxSize` with 413, and an invalid or incomplete one with
 * 400. A `bodyLimit()` outside limits the compressed body, one inside the decompressed.
 *
 * @throws TypeError if a coding is unknown, or none is left; RangeError if the size is invalid.
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
  const isSize = maxSize === undefined || maxSize >= 0
  const fix = 'Infinity means no limit'
  mustRange('decompress', isSize, 'maxSize must be a number of bytes', maxSize, fix)
  const refuses = (method: string): readonly number[] => (changes(method) ? [400, 413, 415] : [])
  return refusing(refuses, (app) => (scope, receive, send) => {
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
}

/** In the order in which they were applied; `identity` is not one (RFC 9110 section 8.4). */
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

/** The length is not known before the end, which HTTP/1 says by `transfer-encoding`. */
function plainFields({ headers, httpVersion }: HTTPScope): HeaderList {
  const fields = new Headers(headers).delete('content-encoding')
  if (!fields.has('content-length')) return fields.list
  fields.delete('content-length')
  if (httpVersion.startsWith('1')) fields.set('transfer-encoding', 'chunked')
  return fields.list
}

function unsupported(accepted: readonly string[]): HTTPException {
  const list = accepted.join(', ')
  return new HTTPException(415, `The content codings of request bodies are ${list}.`, {
    headers: { 'accept-encoding': list },
  })
}

/** Drops codings that this Node lacks, so that one program runs on any version. */
function readCodings(given: readonly RequestCoding[]): readonly RequestCoding[] {
  const isList = Array.isArray(given) && given.every((coding) => KNOWN.includes(coding))
  const codings = isList ? given.filter((coding) => AVAILABLE.includes(coding)) : []
  if (codings.length > 0) return codings
  const what = `codings must be a list of ${AVAILABLE.join(', ')}`
  throw wrong('decompress', what, given, 'Leave it out to accept all of them')
}
