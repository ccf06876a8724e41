/** Uses fetch handlers as apps: Hono, h3, itty-router, Elysia, a route handler, any function. */

import { answerException } from '../errors/handlers.ts'
import { isDisconnectError } from '../exceptions/common.ts'
import { HTTPException, UnsupportedProtocol } from '../exceptions.ts'
import { encodeText, NO_BYTES } from '../internal/bytes.ts'
import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { cancelStream } from '../internal/sources.ts'
import type { Address, App, HTTPResponseStartMessage, HTTPScope } from '../types.ts'
import { fieldsOf, forwardedFields } from './fetchresponse/fields.ts'
import { transfer } from './fetchresponse/transfer.ts'
import { assertUsable } from './fetchresponse.ts'
import { hasBody } from './fromfetch/body.ts'
import { LightResponse } from './fromfetch/lazyresponse.ts'
import { LimitedBody } from './fromfetch/limit.ts'
import { eagerRequest, lazyRequest } from './fromfetch/request.ts'
import { urlOf } from './fromfetch/url.ts'
import { Work } from './fromfetch/work.ts'

/** The default second argument of a handler, unless `env` returns something else. */
export interface FetchInfo {
  /** The scope, with the values from outer middleware: `scope.session`, `scope.user`, `scope.state`. */
  readonly scope: HTTPScope
  /** The client's address, as set by middleware such as `proxyHeaders()`. */
  readonly client: Address | null
  /** Registers work that outlives the response; the exchange, and a closing server, wait for it. */
  readonly waitUntil: (work: PromiseLike<unknown>) => void
}

/** The third argument of a handler, as on Workers. */
export interface ExecutionContext {
  readonly waitUntil: (work: PromiseLike<unknown>) => void
  /** Does nothing, because there is no origin server. */
  readonly passThroughOnException: () => void
  readonly props: Record<string, unknown>
}

/**
 * Any function from a fetch `Request` to a fetch `Response`. It may declare more arguments of any type;
 * see `env`.
 */
export type FetchHandler = (
  request: globalThis.Request,
  ...rest: never[]
) => globalThis.Response | PromiseLike<globalThis.Response>

export interface FromFetchOptions {
  /** Keep the prefix of the mounts in the URL for the handler (false). */
  keepPrefix?: boolean
  /** Returns the second argument of the handler, `c.env` in Hono (a `FetchInfo`). */
  env?: (scope: HTTPScope, info: FetchInfo) => unknown
  /**
   * Pass a request whose parts are created on first use (true on Node, where a real one takes longer
   * than a small app). It behaves like a real one, with one exception: since Node 24, `fetch(request)`
   * and the constructor need `request.clone()` instead.
   */
  lazy?: boolean
}

/**
 * Makes an app of a fetch handler. Middleware, routes and mounts then apply to it.
 *
 * Below a mount, the handler gets the path after the prefix; `request.signal` aborts if the client
 * disconnects. The body is received when the handler reads it, and its response is read with back-pressure.
 * Errors of the handler go to the exception handlers. Websockets are denied.
 *
 * The URL has the path that routing has matched: decoded once, it equals the part of `scope.path` below the
 * mount. An escaped slash, `%2F`, stays escaped within a segment, although routing treats it as a slash; one
 * directly after the prefix is treated as the slash that follows the prefix.
 *
 * A body may have 10 MB, or the limit of `bodyLimit()`. Reading more fails, and the answer is 413, even if
 * the handler catches the error. `CONNECT`, `TRACE` and `TRACK` get 501, because a fetch request cannot have
 * these methods.
 *
 * @throws TypeError if `handler` is not a function.
 * @example
 * const greet = (request: globalThis.Request) => new globalThis.Response(`hello ${request.url}`)
 *
 * Mount('/greetings', fromFetch(greet))
 */
export function fromFetch(handler: FetchHandler, options: FromFetchOptions = {}): App {
  knownOptions('fromFetch', options, 'keepPrefix env lazy')
  assertHandler(handler)
  const { keepPrefix = false, env, lazy = IS_NODE } = options
  const makeRequest = lazy ? lazyRequest : eagerRequest
  return async (scope, receive, send) => {
    if (scope.type === 'websocket') return send({ type: 'websocket.close' })
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    if (FORBIDDEN.test(scope.method)) {
      return answerException(new HTTPException(501), scope, receive, send)
    }
    const work = new Work()
    const info: FetchInfo = { scope, client: scope.client, waitUntil: work.add }
    const body = hasBody(scope) ? new LimitedBody(scope, receive) : undefined
    const request = makeRequest(scope, body?.receive ?? receive, urlOf(scope, !keepPrefix))
    const rest = [env === undefined ? info : env(scope, info), contextOf(work)]
    // The handler declares their types.
    const call = () => handler(request, ...(rest as never[]))
    const response = await (body === undefined ? call() : withinLimit(call, body, work))
    if (response instanceof HTTPException) {
      await answerException(response, scope, receive, send)
      return work.done()
    }
    const whole = LightResponse.toWhole(response)
    if (whole !== undefined && scope.method !== 'HEAD') {
      const body = whole.body === null ? NO_BYTES : encodeText(whole.body)
      await send({ type: HTTP.start, status: whole.status, headers: whole.headers })
      await send({ type: HTTP.body, body })
      return work.done()
    }
    assertUsable(response, 'fromFetch: the handler')
    // A response that the handler has fetched may declare the coding and length of the encoded body.
    const headers = response.url ? forwardedFields(response) : fieldsOf(response)
    const start: HTTPResponseStartMessage = {
      type: 'http.response.start',
      status: response.status,
      headers,
    }
    try {
      await transfer(response.body, start, HTTP, scope, send)
    } catch (error) {
      if (isDisconnectError(error)) await work.done()
      throw error
    }
    await work.done()
  }
}

const HTTP = { start: 'http.response.start', body: 'http.response.body' } as const

/** On other runtimes, requests are native and cheap. */
const IS_NODE: boolean =
  globalThis.process?.release?.name === 'node' && !('Bun' in globalThis) && !('Deno' in globalThis)

/** Methods that a fetch request cannot have (Fetch Standard section 2.2.1). */
const FORBIDDEN = /^(?:CONNECT|TRACE|TRACK)$/i

/** The response, or 413 for a body that was too large. Without this, most handlers would answer with 500. */
async function withinLimit(
  call: () => globalThis.Response | PromiseLike<globalThis.Response>,
  body: LimitedBody,
  work: Work,
): Promise<globalThis.Response | HTTPException> {
  try {
    const response = await call()
    if (body.refusal === undefined) return response
    if (response?.body) work.add(cancelStream(response.body))
  } catch (error) {
    if (body.refusal === undefined) throw error
  }
  return body.refusal
}

function contextOf({ add }: Work): ExecutionContext {
  return { waitUntil: add, passThroughOnException: () => {}, props: {} }
}

function assertHandler(handler: unknown): void {
  check(
    'fromFetch',
    typeof handler === 'function',
    'the handler must be a function (request) => response',
    handler,
    typeof handler === 'object' && handler !== null && 'fetch' in handler
      ? 'Pass its fetch method: fromFetch(app.fetch)'
      : 'Pass app.fetch, or a function',
  )
}
