/** Calls a handler for a websocket, and answers what it throws. */
import { answerException } from '../exceptionhandlers.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import type { App } from '../types.ts'
import { WebSocket } from '../websockets.ts'

/**
 * The app around a handler of websockets, whose own errors are answered by the application's handlers,
 * whether it has accepted by then or not.
 */
export function conversation(handler: (websocket: WebSocket<never, never>) => unknown): App {
  return async (scope, receive, send) => {
    if (scope.type !== 'websocket') throw new UnsupportedProtocol(scope.type)
    const websocket = new WebSocket<never, never>(scope, receive, send)
    try {
      await handler(websocket)
    } catch (error) {
      await answerException(error, scope, receive, send, websocket)
    }
  }
}
