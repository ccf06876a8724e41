/** Calls a handler for a websocket, and answers what it throws. */
import { answerException } from '../errors/handlers.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import type { App } from '../types.ts'
import { WebSocket } from '../websockets.ts'

/** A websocket that any handler can be given, whatever its path and state. */
export type HandlerWebSocket = WebSocket<never, never>

/**
 * The app around a handler of websockets, whose own errors are answered by the application's handlers,
 * whether it has accepted by then or not.
 */
export function conversation(handler: (websocket: HandlerWebSocket) => unknown): App {
  return (scope, receive, send) => {
    if (scope.type !== 'websocket') return Promise.reject(new UnsupportedProtocol(scope.type))
    const websocket = new WebSocket<never, never>(scope, receive, send)
    // No async function, which would be kept for as long as the handler runs.
    return called(handler, websocket).then(nothing, (error) =>
      answerException(error, scope, receive, send, websocket),
    )
  }
}

/** What a handler returns may be no promise, and it may throw before there is one. */
function called<Given>(handler: (given: Given) => unknown, given: Given): Promise<unknown> {
  try {
    return Promise.resolve(handler(given))
  } catch (error) {
    return Promise.reject(error)
  }
}

function nothing(): void {}
