/** Sends values by the schema of what a handler sends, and problems with what it was sent. */
import { Problem } from '../exceptions/problem.ts'
import type { ProblemDocument } from '../exceptions/problemdocument.ts'
import { ValidationError } from '../exceptions/validation.ts'
import { WebSocketException } from '../exceptions.ts'
import { toJSON } from '../operations/encode.ts'
import { assertSchema, validate } from '../operations/schemas.ts'
import { unfit } from '../operations/unfit.ts'
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
 * A function that sends bytes as bytes, texts as texts or as JSON, and anything else as JSON.
 *
 * @param schema What it checks values by, and drops parts of them; a value that does not fit is a bug.
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
    const value = validateResponses ? await fitting(where, schema, given) : given
    if (value instanceof Uint8Array) return websocket.sendBytes(value)
    return websocket.sendText(isWhole(value) ? value : toJSON(value, encode))
  }
}

async function fitting(where: string, schema: AnySchema, given: unknown): Promise<unknown> {
  const result = await validate(schema, given)
  if (result.issues !== undefined) throw unfit(`${where}: what is sent`, result)
  return result.value
}

/** What a client is told of a message that is invalid. Only errors that are for clients say why. */
export function problemOf(error: unknown): ProblemDocument {
  if (error instanceof ValidationError || error instanceof Problem) return error.document
  const type = 'about:blank'
  if (error instanceof WebSocketException) {
    return { type, title: 'Bad Request', status: 400, detail: error.reason }
  }
  const detail = 'The message is invalid.'
  return { type, title: 'Unprocessable Content', status: 422, detail }
}
