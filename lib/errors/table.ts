/** The table of exception handlers, by status and by class of errors. */
import { HTTPException } from '../exceptions.ts'
import { isBodyless, isStatus } from '../http/status.ts'
import { invalid } from '../internal/checks.ts'
import type { Request } from '../requests.ts'
import { type AnyResponse, Response } from '../responses/response.ts'
import { brand, ownPrototype } from '../types/brand.ts'
import type { App, ConnectionScope } from '../types.ts'
import type { WebSocket } from '../websockets.ts'

/**
 * Returns the response to an error. If it throws, that error is a bug.
 *
 * For a websocket the request is its handshake, and the third argument is the websocket. A response
 * refuses the handshake, or closes an accepted websocket: with 1011 for a status of 500 or more, otherwise
 * with 1008. A handler that sends to the websocket itself may return nothing.
 *
 * @example
 * class Overloaded extends Error {}
 * Application({
 *   exceptionHandlers: [[Overloaded, (_request, _error, websocket) =>
 *     websocket?.close(1013, 'try later') ?? new PlainTextResponse('try later', { status: 503 })]],
 * })
 */
export type ExceptionHandler<Thrown = unknown, State = Record<string, unknown>> = {
  // It is a method, because TypeScript compares the parameters of methods in both directions: a handler
  // may declare a narrower error.
  answer(
    request: Request<Record<string, unknown>, State>,
    error: Thrown,
    websocket?: WebSocket<Record<string, unknown>, State>,
  ): ExceptionAnswer | Promise<ExceptionAnswer>
}['answer']

/**
 * The result of an exception handler. It may be undefined only if the handler has answered a websocket
 * itself.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: the type of a function without a return
export type ExceptionAnswer = AnyResponse | App | void

/** A class of errors; its subclasses are included. */
export type ErrorClass = abstract new (...args: never) => unknown

/** The key of a handler: a status, or a class of errors. */
export type ErrorKey = number | ErrorClass

/**
 * The type of the error that the handler of a key gets: an instance of the class, or the HTTPException
 * with the status. The handler of 500 gets any bug.
 */
// biome-ignore format: a table
export type ThrownBy<Key> =
  Key extends 500                                        ? unknown :
  Key extends abstract new (...args: never) => infer Err ? Err :
                                                           HTTPException

/** A status or a class of errors, and the handler that answers it. */
export type ExceptionHandlerEntry<Key = ErrorKey, State = Record<string, unknown>> = readonly [
  key: Key,
  handler: ExceptionHandler<ThrownBy<Key>, State>,
]

/** A list of entries, each typed by its own key. */
export type ExceptionHandlerEntries<
  Keys extends readonly ErrorKey[] = readonly ErrorKey[],
  State = Record<string, unknown>,
> = { readonly [Index in keyof Keys]: ExceptionHandlerEntry<Keys[Index], State> }

export interface ExceptionHandlersOptions {
  /** The table that is used for keys without an entry in this one (none). */
  outer?: ExceptionHandlers | undefined
  /** Whether responses to bugs show the error (bugs are only rethrown, without a response). */
  debug?: boolean
}

/**
 * Handlers by status and by class. The handler of the status takes precedence, then that of the most
 * specific class.
 *
 * @throws TypeError if a key is neither a status nor a class, or a handler is not a function.
 */
export class ExceptionHandlers {
  static {
    brand(ExceptionHandlers, 'ExceptionHandlers')
  }

  readonly #byStatus = new Map<number, ExceptionHandler>()
  readonly #byClass = new Map<unknown, ExceptionHandler>()
  readonly #outer: ExceptionHandlers | undefined
  readonly #debug: boolean | undefined

  constructor(
    entries: Iterable<ExceptionHandlerEntry> = [],
    { outer, debug }: ExceptionHandlersOptions = {},
  ) {
    this.#outer = outer
    this.#debug = debug
    if (typeof entries?.[Symbol.iterator] !== 'function') {
      const fix = 'Write [[404, (request, error) => …]]'
      throw invalid('exceptionHandlers', 'it must be a list of pairs', entries, fix)
    }
    for (const entry of entries) {
      if (!Array.isArray(entry)) throw noPair(entry)
      this.add(entry[0], entry[1])
    }
  }

  add(key: number | ErrorClass, handler: ExceptionHandler): void {
    if (typeof handler !== 'function' || !(isStatus(key) || isClass(key))) {
      throw noPair([key, handler])
    }
    if (typeof key === 'number') this.#byStatus.set(key, handler)
    else this.#byClass.set(ownPrototype(key.prototype), handler)
  }

  /** Whether responses to bugs show the error; undefined if bugs are not answered here. */
  get debug(): boolean | undefined {
    return this.#debug ?? this.#outer?.debug
  }

  /** The handler for errors of the server itself: the key 500, or the class Error. */
  get serverError(): ExceptionHandler | undefined {
    const own = this.#byStatus.get(500) ?? this.#byClass.get(Error.prototype)
    return own ?? this.#outer?.serverError
  }

  /** Returns the handler that answers this error, or undefined if it is a bug. */
  find(error: unknown): ExceptionHandler | undefined {
    if (error instanceof HTTPException) {
      const byStatus = error.status === 500 ? undefined : this.ofStatus(error.status)
      if (byStatus !== undefined) return byStatus
    }
    for (let proto = prototypeOf(error); proto !== null; proto = Object.getPrototypeOf(proto)) {
      if (proto === Error.prototype) return undefined
      const own = ownPrototype(proto)
      const handler = this.ofClass(own)
      if (handler !== undefined) return handler
      if (own === HTTPException.prototype) return answerHTTPException
    }
    return undefined
  }

  /** Returns the handler of this status. */
  ofStatus(status: number): ExceptionHandler | undefined {
    return this.#byStatus.get(status) ?? this.#outer?.ofStatus(status)
  }

  /** Returns the handler of the class with this prototype, but not of its superclasses. */
  ofClass(prototype: object): ExceptionHandler | undefined {
    return this.#byClass.get(ownPrototype(prototype)) ?? this.#outer?.ofClass(prototype)
  }
}

function noPair(given: unknown): TypeError {
  const what = 'an entry must be [status or error class, handler]'
  return invalid('exceptionHandlers', what, given, 'Write [404, (request, error) => …]')
}

/** Whether the key is a class. An arrow function is not, because it cannot have instances. */
function isClass(key: unknown): key is ErrorClass {
  return typeof key === 'function' && typeof key.prototype === 'object'
}

function prototypeOf(error: unknown): object | null {
  return typeof error === 'object' && error !== null ? Object.getPrototypeOf(error) : null
}

/**
 * The default handler. It sends the content of the exception, or its detail as plain text, with its
 * headers.
 */
export function answerHTTPException(_request: unknown, error: HTTPException): Response {
  const { status, detail, headers } = error
  if (isBodyless(status)) return new Response(null, { status, headers })
  const { text = detail, mediaType = 'text/plain' } = error.content?.() ?? {}
  return new Response(text, { status, headers, mediaType })
}

/** Returns the handlers that `errors()` and `exceptions()` put into this scope, or the defaults. */
export function handlersOf(scope: ConnectionScope): ExceptionHandlers {
  const { exceptionHandlers } = scope
  return exceptionHandlers instanceof ExceptionHandlers
    ? exceptionHandlers
    : new ExceptionHandlers()
}
