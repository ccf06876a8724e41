/** Answers errors with their handler from the table. An error without a handler is a bug. */

import { answerWebSocket, debugResponse } from '#answers'
import { followsDisconnect } from '../exceptions/common.ts'
import { ClientDisconnected, HTTPException } from '../exceptions.ts'
import { asText } from '../internal/handled.ts'
import { Request } from '../requests.ts'
import { PlainTextResponse } from '../responses/bodies.ts'
import { toApp } from '../responses/response.ts'
import type {
  App,
  ConnectionScope,
  HTTPScope,
  Receive,
  Scope,
  ScopeOutcome,
  Send,
  WebSocketScope,
} from '../types.ts'
import type { WebSocket, WebSocketPhase } from '../websockets.ts'
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
 * An error without a handler is a bug. Inside of `errors()` it is answered too. In any case the promise
 * rejects with it, so it is logged.
 *
 * @param view The handler's own request, because it may have read the body; or the handler's websocket, or
 * the phase of the websocket ('connecting').
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
  // An app that answers may enter a route, which clears the failure as for a repeated request.
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

/**
 * Answers a bug with a 500 where it was thrown, and rethrows it.
 *
 * The response passes through all middleware around that place, so it has the fields that they add. The
 * scope's outcome has the error before the response starts, so sessions are not saved. Outside of
 * `errors()`, the server answers.
 */
async function answerBug(
  error: unknown,
  request: Request,
  handlers: ExceptionHandlers,
): Promise<never> {
  if (handlers.debug === undefined || followsDisconnect(error, request.scope)) throw error
  const { scope, receive, send } = request
  const answer = earlierAnswer(scope, error) ?? (await answerOf(error, request, handlers))
  noteBug(scope, answer)
  await answer.app(scope, receive, send).catch(ignoreDisconnect)
  throw answer.error
}

/** Calls the handler of bugs although its response is too late to be sent. */
export async function reportBug(
  error: unknown,
  request: Request,
  handlers: ExceptionHandlers,
): Promise<never> {
  const answer = await answerOf(error, request, handlers)
  noteBug(request.scope, answer)
  throw answer.error
}

/** Whether this error was already answered as a bug. */
export function isAnsweredBug({ outcome }: ConnectionScope, error: unknown): boolean {
  return outcome?.error !== undefined && outcome.error === error
}

/** The answers to bugs. They are used again if a middleware drops the response and rethrows the bug. */
const ANSWERS = new WeakMap<ScopeOutcome, BugAnswer>()

function earlierAnswer(scope: ConnectionScope, error: unknown): BugAnswer | undefined {
  return isAnsweredBug(scope, error) && scope.outcome ? ANSWERS.get(scope.outcome) : undefined
}

function noteBug(scope: ConnectionScope, answer: BugAnswer): void {
  scope.outcome ??= {}
  scope.outcome.error = answer.error
  ANSWERS.set(scope.outcome, answer)
}

/** The answer to a bug, and the error for the log, which is a combined one if the handler of 500 fails. */
interface BugAnswer {
  readonly app: App
  readonly error: unknown
}

async function answerOf(
  error: unknown,
  request: Request,
  { debug, serverError }: ExceptionHandlers,
): Promise<BugAnswer> {
  if (debug === true) {
    return { app: toApp(await debugResponse(error, request), 'debug'), error }
  }
  if (serverError === undefined) return { app: plain(), error }
  try {
    const answer = await serverError(request, error)
    return { app: toApp(answer, 'exceptionHandlers: the handler of 500'), error }
  } catch (failure) {
    // Both are logged. Otherwise the original bug would be lost.
    const both = new AggregateError(
      [failure, error],
      `exceptionHandlers: the handler of 500 failed (${textOf(failure)}), called for another error (${textOf(error)}).`,
    )
    return { app: plain(), error: both }
  }
}

function plain(): App {
  return toApp(new PlainTextResponse('Internal Server Error', { status: 500 }), 'errors')
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : asText(error)
}

/** Ignores a disconnect while the response is sent. So the bug is still logged. */
function ignoreDisconnect(error: unknown): void {
  if (!(error instanceof ClientDisconnected)) throw error
}
