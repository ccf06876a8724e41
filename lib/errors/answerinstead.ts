/** Answers requests and websocket handshakes instead of the app. */
import type { AnyResponse } from '../responses/response.ts'
import type { Receive, Scope, Send } from '../types.ts'

/**
 * Sends a response instead of calling the app.
 *
 * A websocket handshake is denied with the response, or with 403 if the server cannot send such a
 * response.
 *
 * @throws UnsupportedProtocol if the scope is neither http nor websocket.
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
