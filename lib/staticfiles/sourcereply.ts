/** Responds with a file of a source: from memory if it is cached, otherwise as a stream. */
import { MAX_RANGES } from '../http/ranges.ts'
import { NO_BYTES } from '../internal/bytes.ts'
import { answerFor, type FileAnswer } from '../responses/file/answer.ts'
import type { Piece } from '../responses/file/byteranges.ts'
import type { App, HTTPScope } from '../types.ts'
import { bodyOf, isRefusal, refusalOf, whole, withExtras } from './answers.ts'
import type { Target } from './lookup.ts'
import type { SourceFile } from './source.ts'
import { readRange, type SourcedFile, type SourcedFiles } from './sourced.ts'

/** Chooses the response. Nothing is sent yet, so an error still gets its own response. */
export async function replyFromSource(
  files: SourcedFiles,
  target: Target<SourcedFile>,
  scope: HTTPScope,
): Promise<App> {
  const { file, status } = target
  const headers = withExtras(file.headers, target, scope)
  const { size } = file.state
  const answer = answerFor(scope, { status, headers, size, maxRanges: MAX_RANGES })
  if (isRefusal(answer)) throw refusalOf(answer)
  if (answer.size === 0) return whole(answer.status, answer.headers, NO_BYTES)
  const content = await files.contentOf(file)
  if (content !== undefined) return whole(answer.status, answer.headers, bodyOf(answer, content))
  return streamFile(file.state, answer)
}

/** Waits for the first bytes, because an error of the source must get its own response. */
async function streamFile(file: SourceFile, { status, headers, pieces }: FileAnswer): Promise<App> {
  const parts = partsOf(file, pieces)
  const first = await parts.next()
  return async (_scope, _receive, send) => {
    try {
      await send({ type: 'http.response.start', status, headers })
      if (!first.done) {
        await send({ type: 'http.response.body', body: first.value, moreBody: true })
      }
      for await (const body of parts) {
        await send({ type: 'http.response.body', body, moreBody: true })
      }
      await send({ type: 'http.response.body', moreBody: false })
    } finally {
      await parts.return()
    }
  }
}

async function* partsOf(
  file: SourceFile,
  pieces: readonly Piece[],
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece
    else yield* readRange(file, piece.start, piece.end)
  }
}
