/** Sends the response of a file as messages, in pieces. */
import type { HTTPResponseStartMessage, Send, WebSocketDenialStartMessage } from '../../types.ts'
import type { MessageTypes } from '../response.ts'
import type { FileAnswer } from './answer.ts'
import type { DiskFile } from './disk.ts'

/** The number of bytes of one read and one message. With a quarter of it, sending takes 1.5 times as long. */
export const CHUNK = 262_144

/** The start message. */
export function startOf(
  { status, headers }: FileAnswer,
  { start }: MessageTypes,
): HTTPResponseStartMessage | WebSocketDenialStartMessage {
  return { type: start, status, headers }
}

/** Sends a response without content. */
export async function sendEmpty(
  answer: FileAnswer,
  types: MessageTypes,
  send: Send,
): Promise<void> {
  await send(startOf(answer, types))
  await send({ type: types.body, moreBody: false })
}

/**
 * Sends a response with its body; the caller closes the file.
 *
 * The start is sent after the first bytes were read, because an earlier error can still be answered.
 */
export async function sendPieces(
  file: DiskFile,
  answer: FileAnswer,
  types: MessageTypes,
  send: Send,
): Promise<void> {
  file.begin(answer.pieces)
  let body = await file.next(Math.min(answer.size, CHUNK))
  // A file that was read completely is closed before it is sent, so slow clients hold no descriptor.
  if (answer.size <= CHUNK) void file.close()
  await send(startOf(answer, types))
  for (let left = answer.size - body.byteLength; left > 0; left -= body.byteLength) {
    await send({ type: types.body, body, moreBody: true })
    body = await file.next(Math.min(left, CHUNK))
  }
  await send({ type: types.body, body, moreBody: false })
}
