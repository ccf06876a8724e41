/** Answers errors of websockets: before the handshake by a response, after it by a close. */

import { followsDisconnect } from '../exceptions/disconnect.ts'
import { HTTPException, WebSocketException } from '../exceptions.ts'
import { NO_BODY } from '../protocol/received.ts'
import { Request } from '../requests.ts'
import { Response, toApp } from '../responses/response.ts'
import type { Receive, Send, WebSocketScope } from '../types.ts'
import { WebSocket, type WebSocketPhase } from '../websockets.ts'
import { answerInstead } from './answerinstead.ts'

/** A handler, as it is called here. */
type Handler = (request: Request, error: unknown, websocket: WebSocket) => unknown

/**
 * Answers with a handler, or with the close that the error names; rejects if the error is a bug, or if
 * the socket is closed.
 *
 * @param view The websocket of the app, or its phase.
 */
export async function answerWebSocket(
  handler: Handler | undefined,
  error: unknown,
  scope: WebSocketScope,
  receive: Receive,
  send: Send,
  view: WebSocket | WebSocketPhase = 'connecting',
): Promise<void> {
  const websocket = typeof view === 'string' ? new WebSocket(scope, receive, send, view) : view
  const isOver = websocket.phase === 'closed' || websocket.phase === 'denied'
  if (isOver || followsDisconnect(error, scope)) throw error
  if (handler === undefined) {
    if (!(error instanceof WebSocketException)) throw error
    return websocket.close(error.code, error.reason)
  }
  const answer = await handler(handshakeOf(scope), error, websocket)
  if (answer instanceof Response) {
    if (websocket.phase === 'connecting') return answerInstead(answer, scope, receive, send)
    const reason = error instanceof HTTPException ? error.detail : ''
    return closeOpen(websocket, answer.status < 500 ? 1008 : 1011, reason)
  }
  if (answer !== undefined) {
    return toApp(answer, 'exceptionHandlers: a handler')(scope, receive, send)
  }
  if (websocket.phase === 'connecting') await websocket.close()
  else await closeOpen(websocket, 1011)
}

async function closeOpen(websocket: WebSocket, code: number, reason?: string): Promise<void> {
  if (websocket.phase === 'open') await websocket.close(code, reason)
}

/** The handshake as a request without a body, so that handlers can read its fields. */
function handshakeOf(scope: WebSocketScope): Request {
  const scheme = scope.scheme === 'wss' ? 'https' : 'http'
  return new Request({ ...scope, type: 'http', method: 'GET', scheme }, async () => NO_BODY)
}
