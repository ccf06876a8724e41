/** Turns thrown errors into answers: a table of handlers, and the default for HTTPException. */
import { HTTPException } from './exceptions.ts'
import { Request } from './requests.ts'
import { PlainTextResponse } from './responses/bodies.ts'
import { Response, toApp } from './responses/response.ts'
import { isBodyless } from './status.ts'
import type { App, ConnectionScope, Receive, Scope, Send, WebSocketScope } from './types.ts'
import type { WebSocket, WebSocketPhase } from './websockets.ts'

/**
 * Answers an error; what it throws itself is handled as an error of the server.
 *
 * On a websocket the request is its handshake, and the websocket comes as third argument. A response
 * refuses the handshake, or closes a socket that was accepted: with 1011 for a status from 500 on, and
 * 1008 for others. A handler that talks to the websocket itself may return nothing.
 *
 * @example
 * class Overloaded extends Error {}
 * Application({
 *   exceptionHandlers: [[Overloaded, (_request, _error, websocket) =>
 *     websocket?.close(1013, 'try later') ?? new PlainTextResponse('try later', { status: 503 })]],
 * })
 */
// biome-ignore lint/suspicious/noExplicitAny: a handler names the error class that it was keyed with
export type ExceptionHandler<Thrown = any> = (
  request: Request,
  error: Thrown,
  websocket?: WebSocket,
) => Answer | Promise<Answer>

// biome-ignore lint/suspicious/noConfusingVoidType: what functions without a return give
type Answer = Response<never> | App | void

/** A status, or a class of errors (subclasses included), and what answers it. */
export type ExceptionHandlerEntry = readonly [key: number | ErrorClass, handler: ExceptionHandler]

// biome-ignore lint/suspicious/noExplicitAny: constructors take what they like
export type ErrorClass = abstract new (...args: any[]) => unknown

/**
 * Handlers by status, which are asked first, and by class, nearest first.
 *
 * @throws TypeError for a key that can be neither, or a handler that is no function.
 */
export class ExceptionHandlers {
  readonly #byStatus = new Map<number, ExceptionHandler>()
  readonly #byClass = new Map<unknown, ExceptionHandler>()

  constructor(entries: Iterable<ExceptionHandlerEntry> = []) {
    for (const [key, handler] of entries) this.add(key, handler)
  }

  add(key: number | ErrorClass, handler: ExceptionHandler): void {
    if (typeof handler !== 'function' || !(isErrorStatus(key) || isClass(key))) {
      const shown = typeof key === 'number' ? key : typeof key
      throw new TypeError(
        `exceptionHandlers: an entry must be [status or error class, handler], [${shown}, ${typeof handler}] was given. ` +
          'Write [404, (request, error) => …].',
      )
    }
    if (typeof key === 'number') this.#byStatus.set(key, handler)
    else this.#byClass.set(key.prototype, handler)
  }

  /** The handler for errors of the server itself: the key 500, or the class Error. */
  get serverError(): ExceptionHandler | undefined {
    return this.#byStatus.get(500) ?? this.#byClass.get(Error.prototype)
  }

  /** What answers this error; undefined when it is a bug, which nobody but the server handles. */
  find(error: unknown): ExceptionHandler | undefined {
    if (error instanceof HTTPException) {
      const byStatus = error.status === 500 ? undefined : this.#byStatus.get(error.status)
      if (byStatus !== undefined) return byStatus
    }
    for (let proto = prototypeOf(error); proto !== null; proto = Object.getPrototypeOf(proto)) {
      if (proto === HTTPException.prototype) return this.#byClass.get(proto) ?? answerHTTPException
      if (proto === Error.prototype) return undefined
      const handler = this.#byClass.get(proto)
      if (handler !== undefined) return handler
    }
    return undefined
  }
}

/** A status that an HTTPException can have. */
function isErrorStatus(key: unknown): key is number {
  return typeof key === 'number' && Number.isInteger(key) && key >= 200 && key <= 599
}

/** Arrow functions are no classes: nothing is ever an instance of one. */
function isClass(key: unknown): key is ErrorClass {
  return typeof key === 'function' && typeof key.prototype === 'object'
}

function prototypeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Object.getPrototypeOf(error) : null
}

/** The default: the detail as plain text, with the exception's headers. */
function answerHTTPException(_request: unknown, error: HTTPException): Response {
  const { status, detail } = error
  const options = { status, headers: error.headers }
  return isBodyless(status) ? new Response(null, options) : new PlainTextResponse(detail, options)
}

const DEFAULT_HANDLERS = new ExceptionHandlers()

/** The handlers that `exceptions()` put into this scope, or the defaults. */
export function handlersOf(scope: ConnectionScope): ExceptionHandlers {
  const { exceptionHandlers } = scope
  return exceptionHandlers instanceof ExceptionHandlers ? exceptionHandlers : DEFAULT_HANDLERS
}

/**
 * Answers an error that was thrown before a response started, or in any phase of a websocket; rejects
 * with it when it is a bug.
 *
 * @param view The handler's own request, so that a body it has read is still there, or its websocket;
 * without the latter, how far the socket has come ('connecting').
 */
export function answerException(
  error: unknown,
  scope: Scope,
  receive: Receive,
  send: Send,
  view?: Request | WebSocket | WebSocketPhase,
): Promise<void> {
  if (scope.type === 'lifespan') return Promise.reject(error)
  if (scope.type === 'websocket') {
    return answerSocket(error, scope, receive, send, view instanceof Request ? undefined : view)
  }
  const handler = handlersOf(scope).find(error)
  if (handler === undefined) return Promise.reject(error)
  if (handler === answerHTTPException && error instanceof HTTPException) {
    return answerHTTPException(undefined, error).respond(scope, receive, send)
  }
  const request = view instanceof Request ? view : new Request(scope, receive, send)
  return answerBy(handler, error, request)
}

async function answerBy(
  handler: ExceptionHandler,
  error: unknown,
  request: Request,
): Promise<void> {
  try {
    const answer = await handler(request, error)
    const app = toApp(answer, 'exceptionHandlers: a handler')
    await app(request.scope, request.receive, request.send)
  } finally {
    await request.close()
  }
}

/** A websocket's part is loaded by those who have websockets. */
async function answerSocket(
  error: unknown,
  scope: WebSocketScope,
  receive: Receive,
  send: Send,
  view: WebSocket | WebSocketPhase | undefined,
): Promise<void> {
  const { answerWebSocket } = await import('./exceptionhandlers/websockets.ts')
  await answerWebSocket(handlersOf(scope).find(error), error, scope, receive, send, view)
}
