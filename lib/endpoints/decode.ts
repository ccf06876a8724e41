/** Decodes messages by an encoding, and refuses invalid ones. */
import { WebSocketException } from '../exceptions.ts'
import { parseJSON, type WebSocketData } from '../websockets/data.ts'

/** The encoding of messages: one kind, JSON in either kind, or undefined for both kinds. */
export type Encoding = 'text' | 'bytes' | 'json' | undefined

/** A message of an encoding. */
export type Decoded<Kind extends Encoding> = Kind extends 'text'
  ? string
  : Kind extends 'bytes'
    ? Uint8Array
    : Kind extends 'json'
      ? unknown
      : WebSocketData

/** @throws WebSocketException 1003 if the message is of the wrong kind, 1007 if it is not JSON. */
export function decode(data: WebSocketData, encoding: Encoding): unknown {
  if (encoding === 'json') return parseJSON(data)
  const kind = typeof data === 'string' ? 'text' : 'bytes'
  if (encoding === undefined || encoding === kind) return data
  const wanted = encoding === 'text' ? 'text' : 'binary'
  throw new WebSocketException(1003, `Messages must be ${wanted}.`)
}

/** @throws TypeError if the encoding is unknown. */
export function assertEncoding(where: string, encoding: unknown): void {
  if (encoding === undefined || ['text', 'bytes', 'json'].includes(String(encoding))) return
  throw new TypeError(
    `${where}: the encoding must be "text", "bytes" or "json", ${JSON.stringify(encoding)} was given. Omit it for both text and bytes.`,
  )
}

/** @throws TypeError if a value is not a function. */
export function assertFunctions(where: string, functions: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(functions)) {
    if (typeof value === 'function') continue
    throw new TypeError(
      `${where}: ${name} must be a function, ${typeof value} was given. Is the name spelled right?`,
    )
  }
}
