/** Answers errors of websockets: before the handshake by a response, and after it by a close. */

import { ClientDisconnected, HTTPException, WebSocketException } from '../exceptions.ts'
import { NO_BYTES } from '../internal/bytes.ts'
import { Request } from '../requests.ts'
import { Response, toApp } from '../responses/response.ts'
import type { Receive, Send, WebSocketScope } from '../types.ts'
import { WebSocket, type WebSocketPhase } from '../websockets.ts'
import { answerInstead } from './denials.ts'

/** What a handler is called with here. */
type Handler = (request: Request, error: unknown, websocket: WebSocket) => unknown

/**
 * Answers by a handler, or by the close that the error names; rejects with an error that is a bug, or
 * that comes when the socket is closed.
 *
 * @param view The websocket of the app, or how far it has come.
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
  if (isOver || error instanceof ClientDisconnected) throw error
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

/** A handshake is a request like others: it has all that a handler may look at, but no body. */
function handshakeOf(scope: WebSocketScope): Request {
  const scheme = scope.scheme === 'wss' ? 'https' : 'http'
  return new Request({ ...scope, type: 'http', method: 'GET', scheme }, async () => NO_BODY)
}

const NO_BODY = Object.freeze({ type: 'http.request', body: NO_BYTES, moreBody: false } as const)
