/** Sends values by a handler's schema, and problem documents for invalid messages. */
import { Problem } from '../exceptions/problem.ts'
import type { ProblemDocument } from '../exceptions/problemdocument.ts'
import { ValidationError } from '../exceptions/validation.ts'
import { WebSocketException } from '../exceptions.ts'
import { toJSON } from '../operations/encode.ts'
import { invalidResponse } from '../operations/invalidresponse.ts'
import { assertSchema, validate } from '../operations/schemas.ts'
import type { AnySchema } from '../types/schemas.ts'
import type { WebSocket } from '../websockets.ts'

/** @throws TypeError if the schema does not follow Standard Schema. */
export function assertSends(where: string, schema: unknown): void {
  if (schema !== undefined) assertSchema(where, 'sends', schema)
}

type Socket = Pick<WebSocket, 'scope' | 'sendText' | 'sendBytes' | 'sendJSON'>

/** Sends one value. */
export type Sender = (websocket: Socket, value: unknown) => Promise<void>

/**
 * Returns a function that sends bytes as bytes, strings as text or JSON, and other values as JSON.
 *
 * @param schema The schema of values, whose output is sent. A value that does not match is a bug.
 */
export function senderOf(where: string, schema: AnySchema | undefined, hasTexts: boolean): Sender {
  const isWhole = (value: unknown): value is string => hasTexts && typeof value === 'string'
  if (schema === undefined) {
    return (websocket, value) => {
      if (isWhole(value)) return websocket.sendText(value)
      return value instanceof Uint8Array ? websocket.sendBytes(value) : websocket.sendJSON(value)
    }
  }
  return async (websocket, given) => {
    const { validateResponses = true, encode } = websocket.scope.settings ?? {}
    const value = validateResponses ? await validateSent(where, schema, given) : given
    if (value instanceof Uint8Array) return websocket.sendBytes(value)
    return websocket.sendText(isWhole(value) ? value : toJSON(value, encode))
  }
}

async function validateSent(where: string, schema: AnySchema, given: unknown): Promise<unknown> {
  const result = await validate(schema, given)
  if (result.issues !== undefined) throw invalidResponse(`${where}: what is sent`, result)
  return result.value
}

/** The problem document for an invalid message. Only errors that are meant for clients add details. */
export function problemOf(error: unknown): ProblemDocument {
  if (error instanceof ValidationError || error instanceof Problem) return error.document
  const type = 'about:blank'
  if (error instanceof WebSocketException) {
    return { type, title: 'Bad Request', status: 400, detail: error.reason }
  }
  const detail = 'The message is invalid.'
  return { type, title: 'Unprocessable Content', status: 422, detail }
}
