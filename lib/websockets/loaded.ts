/** Makes websockets for code outside their route, such as exception handlers. */
import type { Receive, Send, WebSocketScope } from '../types.ts'
import type { WebSocket, WebSocketPhase } from '../websockets.ts'

/**
 * Makes a view of a websocket in this phase. The class is loaded with the first one, because most programs
 * have no websockets.
 */
export async function websocketOf(
  scope: WebSocketScope,
  receive: Receive,
  send: Send,
  phase: WebSocketPhase,
): Promise<WebSocket | undefined> {
  const { WebSocket } = await import('../websockets.ts')
  return new WebSocket(scope, receive, send, phase)
}

/** Called by code that opens websockets. It does nothing here: the class is loaded on demand. */
export function bringWebSockets(): void {}
