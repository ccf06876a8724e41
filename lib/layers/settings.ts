/** The settings of a layer for the routes inside it. */
import type { Connection } from '../connections.ts'
import type { Override } from '../dependencies/overrides.ts'
import type { ErrorKey, ExceptionHandlerEntries } from '../errors/handlers.ts'
import type { Request } from '../requests.ts'
import type { AnyResponse } from '../responses/response.ts'
import type { App, Middleware } from '../types.ts'

/**
 * A check that throws to refuse a connection. Any dependency of `stellula/dependencies` is a guard.
 *
 * @example
 * const internal = {
 *   of: ({ headers }: { headers: Headers }) => {
 *     if (!headers.has('x-internal')) throw new HTTPException(403)
 *   },
 * }
 */
export interface Guard {
  of(connection: Connection<never, never>): unknown
}

/** Returns the response to send: another one, or the given one. */
export type ResponseMap = (
  response: AnyResponse,
  request: Request,
) => AnyResponse | App | Promise<AnyResponse | App>

/** How a connection ended, for `afterResponse`. */
export interface LayerOutcome {
  /** The status that was sent, 101 for a websocket that was accepted; undefined if none was sent. */
  readonly status: number | undefined
  /** The error that the app threw, or the bug that was answered; undefined if there was none. */
  readonly error: unknown
}

/** Called when a connection has been served, after background tasks. Its promise is not awaited. */
export type AfterResponse = (connection: Connection, outcome: LayerOutcome) => unknown

export interface TimeoutOptions {
  /** Milliseconds until the response must be complete. */
  ms: number
  /**
   * The status of the response if nothing was sent by then (503). Use 504 if an upstream server is the
   * cause.
   */
  status?: 503 | 504
  /** Whether the timer stops when the response has started, for streams and event streams (false). */
  untilStart?: boolean
}

/**
 * The settings of a layer. `layer()` describes the rules by which the settings of several layers are
 * merged.
 */
export interface LayerSettings<Keys extends readonly ErrorKey[] = readonly ErrorKey[]> {
  /** Middleware around the routes; the first is outermost (none). All layers apply. */
  readonly middleware?: readonly Middleware[]
  /**
   * Dependencies that are called before the handler, one after the other. If one throws, the handler is
   * not called (none). All layers apply. Responses without a handler are not guarded: a 404, a 405, a
   * redirect or an automatic response to OPTIONS. Documents list the security schemes of `secured()` ones.
   */
  readonly guards?: readonly Guard[]
  /** Tags of the operations in documents (none). All layers apply. */
  readonly tags?: readonly string[]
  /**
   * Changes the responses that handlers return, but not responses to errors or of other apps (none). All
   * layers apply.
   */
  readonly mapResponse?: ResponseMap
  /** Called when a connection has been served, errors, 404 and 405 included (none). All layers apply. */
  readonly afterResponse?: AfterResponse
  /** Handlers of errors by status or class (none). For each key the innermost layer applies. */
  readonly exceptionHandlers?: ExceptionHandlerEntries<Keys>
  /** The schemas of responses by status (none). For each status the innermost layer applies. */
  readonly responses?: Readonly<Record<string, unknown>>
  /** Fields that are added to responses without them (none). For each name the innermost layer applies. */
  readonly headers?: Readonly<Record<string, string>>
  /** Replacements of dependencies (none). For each dependency the innermost layer applies. */
  readonly overrides?: readonly Override[]
  /** Your own data about the routes (none). For each key the innermost layer applies. */
  readonly meta?: Readonly<Record<PropertyKey, unknown>>
  /** The maximum size of a request body in bytes; Infinity for no limit. The innermost layer applies. */
  readonly bodyLimit?: number
  /** Whether operations check their responses by their schemas (true). The innermost layer applies. */
  readonly validateResponses?: boolean
  /** The status of operations for invalid input, from 400 to 499 (422). The innermost layer applies. */
  readonly status?: number
  /**
   * Converts the values that operations return to values that JSON can represent. The innermost layer
   * applies.
   */
  readonly encode?: (value: unknown) => unknown
  /**
   * Whether OPTIONS gets 204 with `Allow`, instead of 405, for paths without a handler for it (false).
   * Guards are not called. The innermost layer applies.
   */
  readonly automaticOptions?: boolean
  /** Whether the routes are left out of documents (false). The innermost layer applies. */
  readonly hidden?: boolean
  /**
   * The `Cache-Control` of responses to GET and HEAD with a status of 2xx or 304 that do not set it, such
   * as `'no-store'`; false for none. A response that sets cookies gets it only if it has `private` or
   * `no-store`. The innermost layer applies.
   */
  readonly cacheControl?: string | false
  /**
   * Milliseconds until the response must be complete, or the options of `timeout()`; false for no limit.
   * The innermost layer applies, and its time begins when it is entered. A `timeout()` middleware still
   * applies too.
   */
  readonly timeout?: number | TimeoutOptions | false
}
