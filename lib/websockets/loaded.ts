/** A websocket for code outside of its route, such as an exception handler. */
import type { Receive, Send, WebSocketScope } from '../types.ts'
import type { WebSocket, WebSocketPhase } from '../websockets.ts'

/**
 * Makes a view of a websocket that is in this phase. The class is loaded with the first one, since most
 * programs have none.
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

/** Called by what opens websockets; nothing to do here. */
export function bringWebSockets(): void {}
