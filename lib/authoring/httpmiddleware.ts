/** Makes middleware of a function `(request, next) => response`. */

import { named } from '../internal/apps.ts'
import { Request } from '../requests.ts'
import { type AnyResponse, type Response, toApp } from '../responses/response.ts'
import { type App, SENT, type StateMiddleware } from '../types.ts'
import { InnerCall } from './httpmiddleware/innercall.ts'

/** A request of any path, with any state: for functions that take every request. */
export type AnyRequest = Request<unknown, unknown>

/** Calls the inner app. An error that it throws before its response starts is thrown here. */
export type Next = (request: AnyRequest) => Promise<Response>

/** Returns the response to a request, usually the response of `next`, changed or not. */
export type HTTPMiddlewareHandler<State = Record<string, unknown>> = (
  request: Request<Record<string, unknown>, State>,
  next: Next,
) => AnyResponse | App | Promise<AnyResponse | App>

/**
 * Makes a middleware from a function `(request, next) => response`.
 *
 * The response of `next` is streamed: its status and headers can be changed, and its body is passed on
 * without buffering. If another response is returned instead, the inner app gets a disconnect. If the
 * whole body of the request was read, the inner app can read it again. Websockets and the lifespan pass
 * unchanged.
 *
 * @throws TypeError if the argument is not a function.
 * @example
 * const stamped = httpMiddleware(async (request, next) => {
 *   const response = await next(request)
 *   response.headers.set('x-path', request.url.pathname)
 *   return response
 * })
 */
export function httpMiddleware<State = Record<string, unknown>>(
  handle: HTTPMiddlewareHandler<State>,
): StateMiddleware<State> {
  if (typeof handle !== 'function') {
    throw new TypeError(
      `httpMiddleware: it takes a function (request, next) => response, ${typeof handle} was given. Was it called already?`,
    )
  }
  const middleware: StateMiddleware<State> = (app) => async (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const calls: InnerCall[] = []
    const next: Next = (request) => {
      assertRequest(request)
      for (const earlier of calls) earlier.forget()
      const call = new InnerCall(app, request)
      calls.push(call)
      return call.response
    }
    const request = new Request<Record<string, unknown>, State>(scope, receive, send)
    try {
      const answer = await handle(request, next)
      await toApp(answer, 'httpMiddleware: the function')(scope, receive, send)
    } finally {
      for (const call of calls) call.abandon()
      const closed = request.close()
      if (closed !== SENT) await closed
    }
    // The rest of the inner apps' work, above all background tasks, belongs to this request.
    for (const call of calls) await call.finish()
  }
  return named(handle.name || 'httpMiddleware', middleware)
}

function assertRequest(request: unknown): void {
  if (request instanceof Request) return
  throw new TypeError(
    `httpMiddleware: next takes the request, ${request === null ? 'null' : typeof request} was given. Write next(request).`,
  )
}
