/** The contents of messages. */
import { WebSocketException } from '../exceptions.ts'

/** One whole message: text, or bytes. */
export type WebSocketData = string | Uint8Array

const strict = new TextDecoder('utf-8', { fatal: true })

/** @throws WebSocketException 1007 if the message is not JSON in UTF-8. */
export function parseJSON(data: WebSocketData): unknown {
  try {
    return JSON.parse(typeof data === 'string' ? data : strict.decode(data))
  } catch (cause) {
    throw new WebSocketException(1007, 'Messages must be JSON.', { cause })
  }
}

/** @throws TypeError if the value has no JSON form. */
export function toJSON(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text !== undefined) return text
  throw new TypeError(
    `websocket.sendJSON: the value must have a JSON form, ${typeof value} was given. Pass null for "nothing".`,
  )
}
