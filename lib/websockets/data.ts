/** What messages and close frames are made of. */

import { WebSocketException } from '../exceptions.ts'
import { encodeText } from '../internal/bytes.ts'

/** One whole message: text, or bytes. */
export type WebSocketData = string | Uint8Array

const strict = new TextDecoder('utf-8', { fatal: true })
const lenient = new TextDecoder()

/** @throws WebSocketException 1007 for what is no JSON in UTF-8. */
export function parseJSON(data: WebSocketData): unknown {
  try {
    return JSON.parse(typeof data === 'string' ? data : strict.decode(data))
  } catch (cause) {
    throw new WebSocketException(1007, 'Messages must be JSON.', { cause })
  }
}

/** @throws TypeError for a value that has no JSON. */
export function toJSON(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text !== undefined) return text
  throw new TypeError(
    `websocket.sendJSON: the value must have a JSON form, ${typeof value} was given. Pass null for "nothing".`,
  )
}

/** A close frame has 125 bytes, two of them for the code (RFC 6455 section 5.5). */
const LONGEST_REASON = 123

/** A reason that fits into a close frame; one that is too long ends with a whole character. */
export function fitting(reason: string): string {
  const bytes = encodeText(reason)
  if (bytes.byteLength <= LONGEST_REASON) return reason
  let end = LONGEST_REASON
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return lenient.decode(bytes.subarray(0, end))
}
