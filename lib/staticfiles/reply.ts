/** Responds with a file: from memory if it is cached, otherwise from the disk. */

import { HTTPException } from '../exceptions.ts'
import { MAX_RANGES } from '../http/ranges.ts'
import { NO_BYTES } from '../internal/bytes.ts'
import { answerTo, type FileAnswer } from '../responses/file/answer.ts'
import { sendEmpty, sendPieces } from '../responses/file/sending.ts'
import { RESPONSE } from '../responses/response.ts'
import type { App, HTTPScope } from '../types.ts'
import { bodyOf, isRefusal, refusalOf, whole, withExtras } from './answers.ts'
import type { Files, KnownFile } from './files.ts'
import type { Target } from './lookup.ts'
import { MODEST_BYTES } from './state.ts'

/** Chooses the response. Nothing is sent yet, so an error still gets its own response. */
export async function reply(
  files: Files,
  target: Target<KnownFile>,
  scope: HTTPScope,
): Promise<App> {
  const { file, status } = target
  const headers = withExtras(file.headers, target, scope)
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

/** Whether the request has neither ranges nor preconditions, which is the usual case. */
function asksForAll({ headers }: HTTPScope): boolean {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]
    if (name === 'range' || name?.startsWith('if-')) return false
  }
  return true
}

/** Several ranges need a new copy for each client, which stays in memory if the client does not read it. */
function isLargeCopy({ pieces, size }: FileAnswer): boolean {
  return pieces.length > 1 && size > MODEST_BYTES
}

/**
 * Opens the file and sends the open file, because its path may lead to another file in the meantime.
 *
 * @throws HTTPException 404 if the file is missing; 412 or 416 by the fields of the request.
 */
async function fromDisk(files: Files, target: Target<KnownFile>, scope: HTTPScope): Promise<App> {
  const opened = await files.openToSend(target.file)
  if (opened === undefined) throw new HTTPException(404)
  const { file, stats, headers } = opened
  const wanted = {
    ...{ status: target.status, headers: withExtras(headers, target, scope) },
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
