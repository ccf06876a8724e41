/** What a layer can say of the routes inside it. */
import type { Connection } from '../connections.ts'
import type { Override } from '../dependencies/overrides.ts'
import type { ErrorKey, ExceptionHandlerEntries } from '../errors/handlers.ts'
import type { Request } from '../requests.ts'
import type { AnyResponse } from '../responses/response.ts'
import type { App, Middleware } from '../types.ts'

/**
 * Lets a connection pass, or throws: any dependency of `stellula/dependencies`.
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
  /** What the app threw, or the bug that was answered; undefined if there was none. */
  readonly error: unknown
}

/** Called when a connection has been served, background work included; a promise is not waited for. */
export type AfterResponse = (connection: Connection, outcome: LayerOutcome) => unknown

export interface TimeoutOptions {
  /** Milliseconds until the response must be complete. */
  ms: number
  /** The status of the answer if nothing was sent by then; 504 blames an upstream server (503). */
  status?: 503 | 504
  /** Stop the timer once the response has started, for streams and event streams (false). */
  untilStart?: boolean
}

/** What a layer says; `layer` has the rules by which several layers are put together. */
export interface LayerSettings<Keys extends readonly ErrorKey[] = readonly ErrorKey[]> {
  /** Middleware around the routes; the first is outermost (none). Adds up. */
  readonly middleware?: readonly Middleware[]
  /**
   * Dependencies that must not throw; called before the handler, one after the other (none). Adds up. What
   * has no handler, as a 404, a 405, a redirect or an automatic answer to OPTIONS, is not guarded.
   */
  readonly guards?: readonly Guard[]
  /** Tags of the operations in documents (none). Adds up. */
  readonly tags?: readonly string[]
  /** Security requirements of the operations in documents (none). Adds up. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  /** Changes the responses that handlers return; answers to errors and other apps pass by (none). Adds up. */
  readonly mapResponse?: ResponseMap
  /** Called when a connection has been served, errors, 404 and 405 included (none). Adds up. */
  readonly afterResponse?: AfterResponse
  /** What answers which errors (none). For one key, the nearest layer counts. */
  readonly exceptionHandlers?: ExceptionHandlerEntries<Keys>
  /** The schemas of responses by status (none). For one status, the nearest layer counts. */
  readonly responses?: Readonly<Record<string, unknown>>
  /** Fields that are added to responses without them (none). For one name, the nearest layer counts. */
  readonly headers?: Readonly<Record<string, string>>
  /** What takes the place of dependencies (none). For one dependency, the nearest layer counts. */
  readonly overrides?: readonly Override[]
  /** Whatever you want to say of the routes (none). For one key, the nearest layer counts. */
  readonly meta?: Readonly<Record<PropertyKey, unknown>>
  /** The largest request body in bytes; Infinity for no limit. The nearest layer counts. */
  readonly bodyLimit?: number
  /** Whether operations check their responses by their schemas (true). The nearest layer counts. */
  readonly validateResponses?: boolean
  /** The status of operations for invalid input, from 400 to 499 (422). The nearest layer counts. */
  readonly status?: number
  /** Makes of the values that operations return what JSON can say. The nearest layer counts. */
  readonly encode?: (value: unknown) => unknown
  /**
   * Whether OPTIONS is answered by 204 and `Allow` for paths without a handler for it, instead of by 405
   * (false). Guards are not asked. The nearest layer counts.
   */
  readonly automaticOptions?: boolean
  /** Whether the routes are left out of documents (false). The nearest layer counts. */
  readonly hidden?: boolean
  /**
   * The `Cache-Control` of successes and 304 to GET and HEAD that do not set it, such as `'no-store'`; false
   * for none. A response that sets cookies only gets one with `private` or `no-store`. The nearest layer
   * counts.
   */
  readonly cacheControl?: string | false
  /**
   * Milliseconds until the response must be complete, or options as of `timeout()`; false for no limit.
   * The nearest layer counts, from when it is entered; a `timeout()` middleware stays in force.
   */
  readonly timeout?: number | TimeoutOptions | false
}
