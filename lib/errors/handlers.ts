/** Answers errors with their handler from the table, or as bugs. */

import { answerWebSocket } from '#answers'
import { HTTPException } from '../exceptions.ts'
import { Request } from '../requests.ts'
import { toApp } from '../responses/response.ts'
import type { App, HTTPScope, Receive, Scope, Send, WebSocketScope } from '../types.ts'
import type { WebSocket, WebSocketPhase } from '../websockets.ts'
import { answerBug } from './bugs.ts'
import {
  answerHTTPException,
  type ExceptionHandler,
  type ExceptionHandlers,
  handlersOf,
} from './table.ts'

export {
  type ErrorClass,
  type ErrorKey,
  type ExceptionAnswer,
  type ExceptionHandler,
  type ExceptionHandlerEntries,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
  type ExceptionHandlersOptions,
  handlersOf,
  type ThrownBy,
} from './table.ts'

/**
 * Answers an error that was thrown before a response started, or in any phase of a websocket.
 *
 * An error without a handler is a bug. It is answered too if `errors()` is around, and the promise
 * rejects with it in any case, so that it is logged.
 *
 * @param view The handler's own request, so that a body it has read is available, or its websocket;
 * without a websocket, its phase ('connecting').
 */
export function answerException(
  error: unknown,
  scope: Scope,
  receive: Receive,
  send: Send,
  view?: Request | WebSocket | WebSocketPhase,
): Promise<void> {
  if (scope.type === 'lifespan') return Promise.reject(error)
  const found = scope.outcome?.dependencies
  const answered = answer(error, scope, receive, send, view)
  if (found === undefined) return answered
  const { failure = { error } } = found
  found.failure = failure
  // An app that answers may enter a route, which clears it as for a request that is repeated.
  return answered.finally(() => {
    found.failure = failure
  })
}

function answer(
  error: unknown,
  scope: HTTPScope | WebSocketScope,
  receive: Receive,
  send: Send,
  view: Request | WebSocket | WebSocketPhase | undefined,
): Promise<void> {
  if (scope.type === 'websocket') {
    const socket = view instanceof Request ? undefined : view
    return answerWebSocket(handlersOf(scope).find(error), error, scope, receive, send, socket)
  }
  const handlers = handlersOf(scope)
  const handler = handlers.find(error)
  if (handler === answerHTTPException && error instanceof HTTPException && !error.content) {
    return answerHTTPException(undefined, error).respond(scope, receive, send)
  }
  const request = view instanceof Request ? view : new Request(scope, receive, send)
  if (handler === undefined) return answerBug(error, request, handlers)
  return answerBy(handler, error, request, handlers).finally(() => request.close())
}

async function answerBy(
  handler: ExceptionHandler,
  error: unknown,
  request: Request,
  handlers: ExceptionHandlers,
): Promise<void> {
  let app: App
  try {
    app = toApp(await handler(request, error), 'exceptionHandlers: a handler')
  } catch (failure) {
    return answerBug(failure, request, handlers)
  }
  return app(request.scope, request.rest, request.send)
}
