/** Sends an answer of a file as messages, piece by piece. */
import type { HTTPResponseStartMessage, Send, WebSocketDenialStartMessage } from '../../types.ts'
import type { MessageTypes } from '../response.ts'
import type { FileAnswer } from './answer.ts'
import type { DiskFile } from './disk.ts'

/** What is read at once, and what is sent in one message: a quarter costs half as much again. */
export const CHUNK = 262_144

/** The message that begins the answer. */
export function startOf(
  { status, headers }: FileAnswer,
  { start }: MessageTypes,
): HTTPResponseStartMessage | WebSocketDenialStartMessage {
  return { type: start, status, headers }
}

/** Sends an answer without a body. */
export async function sendEmpty(
  answer: FileAnswer,
  types: MessageTypes,
  send: Send,
): Promise<void> {
  await send(startOf(answer, types))
  await send({ type: types.body, moreBody: false })
}

/**
 * Sends an answer with its body; the file is still the caller's to close.
 *
 * The start waits for the first bytes: until then an error can be answered.
 */
export async function sendPieces(
  file: DiskFile,
  answer: FileAnswer,
  types: MessageTypes,
  send: Send,
): Promise<void> {
  file.begin(answer.pieces)
  let body = await file.next(Math.min(answer.size, CHUNK))
  // What was read whole is closed while it is sent: a slow client holds no descriptor.
  if (answer.size <= CHUNK) void file.close()
  await send(startOf(answer, types))
  for (let left = answer.size - body.byteLength; left > 0; left -= body.byteLength) {
    await send({ type: types.body, body, moreBody: true })
    body = await file.next(Math.min(left, CHUNK))
  }
  await send({ type: types.body, body, moreBody: false })
}
