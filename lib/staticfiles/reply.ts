/** Responds with a file: from memory if it is kept there, else from the disk. */

import { HTTPException } from '../exceptions.ts'
import { Headers } from '../http/headers.ts'
import { MAX_RANGES } from '../http/ranges.ts'
import { joinBytes, NO_BYTES } from '../internal/bytes.ts'
import { answerTo, type FileAnswer } from '../responses/file/answer.ts'
import { sendEmpty, sendPieces } from '../responses/file/sending.ts'
import { RESPONSE } from '../responses/response.ts'
import { type App, type HeaderList, type HTTPScope, SENT, type Send } from '../types.ts'
import type { Files } from './files.ts'
import type { Target } from './lookup.ts'
import { MODEST_BYTES } from './state.ts'

/** Chooses the response. Nothing is sent yet, so that errors can still be answered. */
export async function reply(files: Files, target: Target, scope: HTTPScope): Promise<App> {
  const { file, status } = target
  const headers = withExtras(file.headers, target)
  if (asksForAll(scope)) {
    if (scope.method === 'HEAD') return whole(status, headers, NO_BYTES)
    const content = files.contentOf(file)
    const body = content instanceof Promise ? await content : content
    return body === undefined ? fromDisk(files, target, scope) : whole(status, headers, body)
  }
  const wanted = { status, headers, contentType: '', maxRanges: MAX_RANGES }
  const answer = answerTo(scope, wanted, file.state)
  if (isRefusal(answer)) throw refusalOf(answer)
  if (answer.size === 0) return whole(answer.status, answer.headers, NO_BYTES)
  const content =
    isLargeCopy(answer) && file.state.size === file.stats.size
      ? undefined
      : await files.contentOf(file)
  if (content === undefined) return fromDisk(files, target, scope)
  return whole(answer.status, answer.headers, bodyOf(answer, content))
}

/** Whether the request has neither ranges nor preconditions, the usual case: one look at each name. */
function asksForAll({ headers }: HTTPScope): boolean {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]
    if (name === 'range' || name?.startsWith('if-')) return false
  }
  return true
}

/** A precondition that does not hold, or a range that is outside of the file. */
function isRefusal({ status }: FileAnswer): boolean {
  return status === 412 || status === 416
}

function refusalOf({ status, headers }: FileAnswer): HTTPException {
  const fields = new Headers(headers).delete('content-length')
  return new HTTPException(status, undefined, { headers: fields })
}

/** A new list, with the fields that depend on more than the file. */
function withExtras(fields: HeaderList, { file, status, vary }: Target): HeaderList {
  const list = fields.slice()
  if (status === 200 && file.cacheControl !== undefined) {
    list.push('cache-control', file.cacheControl)
  }
  return vary === undefined ? list : new Headers(list).vary(vary).list
}

/** A response whose fields were checked when the file was found. */
function whole(status: number, headers: HeaderList, body: Uint8Array): App {
  const end = (send: Send): Promise<void> =>
    send({ type: 'http.response.body', body, moreBody: false })
  return (_scope, _receive, send) => {
    const started = send({ type: 'http.response.start', status, headers })
    // Servers that accept the start at once return this promise, which saves a turn of the loop.
    return started === SENT ? end(send) : started.then(() => end(send))
  }
}

/** Several ranges are put together for each client anew, who may then not take them. */
function isLargeCopy({ pieces, size }: FileAnswer): boolean {
  return pieces.length > 1 && size > MODEST_BYTES
}

function bodyOf({ pieces }: FileAnswer, content: Uint8Array): Uint8Array {
  return joinBytes(
    pieces.map((piece) =>
      piece instanceof Uint8Array ? piece : content.subarray(piece.start, piece.end),
    ),
  )
}

/**
 * Opens the file and sends the open one, since its path may lead to another by now.
 *
 * @throws HTTPException 404 if it is gone; 412 or 416 as the request demands.
 */
async function fromDisk(files: Files, target: Target, scope: HTTPScope): Promise<App> {
  const opened = await files.openToSend(target.file)
  if (opened === undefined) throw new HTTPException(404)
  const { file, stats, headers } = opened
  const wanted = {
    ...{ status: target.status, headers: withExtras(headers, target) },
    ...{ contentType: '', maxRanges: MAX_RANGES },
  }
  const answer = answerTo(scope, wanted, stats)
  if (isRefusal(answer)) {
    await file.close()
    throw refusalOf(answer)
  }
  return async (_scope, _receive, send) => {
    try {
      if (answer.size === 0) await sendEmpty(answer, RESPONSE, send)
      else await sendPieces(file, answer, RESPONSE, send)
    } finally {
      await file.close()
    }
  }
}
