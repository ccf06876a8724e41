/** Answers errors of websockets: before the handshake by a response, after it by a close. */

import { websocketOf } from '#websocket'
import { followsDisconnect } from '../exceptions/common.ts'
import { HTTPException, WebSocketException } from '../exceptions.ts'
import { cutReason } from '../protocol/closereason.ts'
import { NO_BODY } from '../protocol/received.ts'
import { Request } from '../requests.ts'
import { Response, toApp } from '../responses/response.ts'
import type { Receive, Send, WebSocketScope } from '../types.ts'
import type { WebSocket, WebSocketPhase } from '../websockets.ts'
import { answerInstead } from './answerinstead.ts'
import { answerHTTPException, type ExceptionHandler } from './table.ts'

/**
 * Answers with a handler, or with the close code of the error. Rejects if the error is a bug, or if the
 * socket is closed.
 *
 * @param view The websocket of the app, or its phase.
 */
export async function answerWebSocket(
  handler: ExceptionHandler | undefined,
  error: unknown,
  scope: WebSocketScope,
  receive: Receive,
  send: Send,
  view: WebSocket | WebSocketPhase = 'connecting',
): Promise<void> {
  let websocket = typeof view === 'string' ? undefined : view
  const phase = typeof view === 'string' ? view : view.phase
  const close = (code: number, reason: string): Promise<void> =>
    websocket?.close(code, reason) ??
    send({ type: 'websocket.close', code, reason: cutReason(reason) })
  if (phase === 'closed' || phase === 'denied' || followsDisconnect(error, scope)) throw error
  if (handler === undefined) {
    if (error instanceof WebSocketException) return close(error.code, error.reason)
    throw error
  }
  if (handler !== answerHTTPException) websocket ??= await websocketOf(scope, receive, send, phase)
  const answer = await handler(handshakeOf(scope), error, websocket)
  const now = websocket?.phase ?? phase
  if (answer instanceof Response) {
    if (now === 'connecting') return answerInstead(answer, scope, receive, send)
    const reason = error instanceof HTTPException ? error.detail : ''
    if (now === 'open') await close(answer.status < 500 ? 1008 : 1011, reason)
  } else if (answer !== undefined) {
    await toApp(answer, 'exceptionHandlers: a handler')(scope, receive, send)
  } else if (now === 'connecting') await close(1000, '')
  else if (now === 'open') await close(1011, '')
}

/** Returns the handshake as a request without a body. So handlers can read its fields. */
function handshakeOf(scope: WebSocketScope): Request {
  const scheme = scope.scheme === 'wss' ? 'https' : 'http'
  return new Request({ ...scope, type: 'http', method: 'GET', scheme }, async () => NO_BODY)
}
