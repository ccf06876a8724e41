/** The table of handlers: which of them answers which error. */
import { HTTPException } from '../exceptions.ts'
import { isBodyless, isStatus } from '../http/status.ts'
import { wrong } from '../internal/must.ts'
import type { Request } from '../requests.ts'
import { type AnyResponse, Response } from '../responses/response.ts'
import { brand, ownPrototype } from '../types/brand.ts'
import type { App, ConnectionScope } from '../types.ts'
import type { WebSocket } from '../websockets.ts'

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
export type ExceptionHandler<Thrown = unknown, State = Record<string, unknown>> = {
  // As a method, since those compare their parameters both ways: a handler may name a narrower error.
  answer(
    request: Request<Record<string, unknown>, State>,
    error: Thrown,
    websocket?: WebSocket<Record<string, unknown>, State>,
  ): ExceptionAnswer | Promise<ExceptionAnswer>
}['answer']

/** What an exception handler may return; nothing only if it has answered a websocket itself. */
// biome-ignore lint/suspicious/noConfusingVoidType: the type of a function without a return
export type ExceptionAnswer = AnyResponse | App | void

/** A class of errors; its subclasses are included. */
export type ErrorClass = abstract new (...args: never) => unknown

/** What a handler is found by: a status, or a class of errors. */
export type ErrorKey = number | ErrorClass

/**
 * The error that the handler of a key is given: an instance of the class, or the HTTPException with
 * the status. The handler of 500 is given any bug.
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
  /** The table to look into where this one has no entry for a key (none). */
  outer?: ExceptionHandlers | undefined
  /** Answer bugs too: with what they are if true, without it if false (they are only thrown on). */
  debug?: boolean
}

/**
 * Handlers by status, which are asked first, and by class, nearest first.
 *
 * @throws TypeError for a key that can be neither, or a handler that is no function.
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
      throw wrong('exceptionHandlers', 'it must be a list of pairs', entries, fix)
    }
    for (const [key, handler] of entries) this.add(key, handler)
  }

  add(key: number | ErrorClass, handler: ExceptionHandler): void {
    if (typeof handler !== 'function' || !(isStatus(key) || isClass(key))) {
      const what = 'an entry must be [status or error class, handler]'
      throw wrong('exceptionHandlers', what, [key, handler], 'Write [404, (request, error) => …]')
    }
    if (typeof key === 'number') this.#byStatus.set(key, handler)
    else this.#byClass.set(ownPrototype(key.prototype), handler)
  }

  /** Whether bugs are shown to the client; undefined if they are not answered here at all. */
  get debug(): boolean | undefined {
    return this.#debug ?? this.#outer?.debug
  }

  /** The handler for errors of the server itself: the key 500, or the class Error. */
  get serverError(): ExceptionHandler | undefined {
    const own = this.#byStatus.get(500) ?? this.#byClass.get(Error.prototype)
    return own ?? this.#outer?.serverError
  }

  /** The handler that answers this error; undefined if it is a bug. */
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

  /** The handler of this status. */
  ofStatus(status: number): ExceptionHandler | undefined {
    return this.#byStatus.get(status) ?? this.#outer?.ofStatus(status)
  }

  /** The handler of the class with this prototype, not of those that it extends. */
  ofClass(prototype: object): ExceptionHandler | undefined {
    return this.#byClass.get(ownPrototype(prototype)) ?? this.#outer?.ofClass(prototype)
  }
}

/** Arrow functions are no classes: nothing is ever an instance of one. */
function isClass(key: unknown): key is ErrorClass {
  return typeof key === 'function' && typeof key.prototype === 'object'
}

function prototypeOf(error: unknown): object | null {
  return typeof error === 'object' && error !== null ? Object.getPrototypeOf(error) : null
}

/** The default: the content of the exception, or its detail as plain text, with its headers. */
export function answerHTTPException(_request: unknown, error: HTTPException): Response {
  const { status, detail, headers } = error
  if (isBodyless(status)) return new Response(null, { status, headers })
  const { text = detail, mediaType = 'text/plain' } = error.content?.() ?? {}
  return new Response(text, { status, headers, mediaType })
}

/** The handlers that `errors()` and `exceptions()` put into this scope, or the defaults. */
export function handlersOf(scope: ConnectionScope): ExceptionHandlers {
  const { exceptionHandlers } = scope
  return exceptionHandlers instanceof ExceptionHandlers
    ? exceptionHandlers
    : new ExceptionHandlers()
}
