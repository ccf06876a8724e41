/** Opens a file and sends it, or the ranges that the client requests. */
import { type Headers, indexOfName } from '../../http/headers.ts'
import { mediaTypeOf } from '../../http/mimetypes.ts'
import { isBodyless } from '../../http/status.ts'
import type { Scope, Send } from '../../types.ts'
import { contentType, type MessageTypes } from '../response.ts'
import { answerTo, type FileAnswer, type FileStat, type TaggedStat } from './answer.ts'
import { absolutePath, contentOf, DiskFile, isGenerated, look, withContent } from './disk.ts'
import { CHUNK, sendEmpty, sendPieces, startOf } from './sending.ts'

/** A file, and the status and headers of its response. */
export interface FileToSend {
  readonly path: string | URL
  /** The name whose extension gives the media type. */
  readonly nameForType: string
  readonly status: number
  readonly headers: Headers
  readonly charset: string
  readonly stat: FileStat | undefined
  readonly maxRanges: number
}

/** @throws Error if there is no such file, if it is a folder, or if it becomes shorter. */
export async function sendFile(
  wanted: FileToSend,
  types: MessageTypes,
  send: Send,
  scope: Scope,
): Promise<void> {
  const path = absolutePath(wanted.path)
  if (mayHaveNoBody(scope, wanted.status)) {
    const stat = wanted.stat ?? (await look(path))
    const answer = answerOf(wanted, scope, stat)
    // Only reading shows whether a file without a length is empty.
    if (answer.size === 0 && !isGenerated(stat)) return sendEmpty(answer, types, send)
  }
  const file = await DiskFile.open(path)
  try {
    const { stat, hidden } = await contentOf(file)
    const whole = answerOf(wanted, scope, stat)
    const answer = hidden === undefined ? whole : withContent(whole, hidden)
    const isPlain = hidden === undefined && answer.status === wanted.status
    if (isPlain && answer.size > CHUNK && takesPaths(scope)) {
      await file.close()
      await send(startOf(answer, types))
      await send({ type: 'http.response.pathsend', path })
    } else await sendPieces(file, answer, types, send)
  } finally {
    await file.close()
  }
}

function answerOf(wanted: FileToSend, scope: Scope, stat: TaggedStat): FileAnswer {
  const { status, headers, charset, maxRanges } = wanted
  const type =
    headers.get('content-type') ??
    contentType(mediaTypeOf(wanted.nameForType) ?? 'application/octet-stream', charset)
  return answerTo(scope, { status, headers: headers.list, contentType: type, maxRanges }, stat)
}

const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']

/** Whether the response may have no content. The file then need not be opened. */
function mayHaveNoBody(scope: Scope, status: number): boolean {
  if (isBodyless(status)) return true
  if (scope.type !== 'http') return false
  if (scope.method === 'HEAD') return true
  return CONDITIONS.some((name) => indexOfName(scope.headers, name) >= 0)
}

function takesPaths(scope: Scope): boolean {
  return scope.type === 'http' && scope.extensions?.['http.response.pathsend'] !== undefined
}
