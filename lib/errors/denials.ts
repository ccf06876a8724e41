/** Answers in the place of the app, to requests and to the handshakes of websockets. */
import type { AnyResponse } from '../responses/response.ts'
import type { Receive, Scope, Send } from '../types.ts'

/**
 * Sends a response instead of calling the app.
 *
 * A websocket's handshake is refused with it; a server that cannot send answers to handshakes refuses
 * with 403.
 *
 * @throws UnsupportedProtocol for scopes that are neither.
 * @example
 * const closed: Middleware = () => (scope, receive, send) =>
 *   answerInstead(new PlainTextResponse('closed', { status: 503 }), scope, receive, send)
 */
export function answerInstead(
  response: AnyResponse,
  scope: Scope,
  receive: Receive,
  send: Send,
): Promise<void> {
  const isRefusal = scope.type === 'websocket' && !scope.extensions?.['websocket.http.response']
  return isRefusal ? send({ type: 'websocket.close' }) : response.respond(scope, receive, send)
}
