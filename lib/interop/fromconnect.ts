/** Uses Connect and Express middleware as middleware: sessions, passport, helmet and so on. */

import { intactReceive } from '../body.ts'
import { named } from '../internal/apps.ts'
import type { App, ConnectionScope, HTTPScope, Middleware, Send } from '../types.ts'
import { assertChain, callChain } from './fromconnect/chain.ts'
import { Reply } from './fromconnect/reply.ts'
import { changedScope } from './fromconnect/rewrite.ts'
import { InnerExchange } from './fromnode/exchange.ts'
import { inheritFrom, leavePair, pairOf } from './fromnode/inherit.ts'
import type { NodeRequest } from './fromnode/request.ts'
import type { NodeHandler } from './fromnode.ts'

export { type HandshakeOptions, onHandshake } from './fromconnect/handshake.ts'

/** The maximum bytes of a body that are kept for the app if a middleware reads it. */
const MOST_KEPT = 1_048_576

/**
 * Makes one middleware from Connect or Express middleware, `(request, response, next)`, which is called in
 * order.
 *
 * Each is called once for every HTTP request that arrives here, whatever its path. It may answer, or call
 * `next`. Then the app answers through `response`, so a replaced `setHeader`, `writeHead`, `write` or `end`
 * takes effect. If both set a field, the value of the app is used; `Set-Cookie` and `Vary` are combined.
 *
 * The app gets changes of `request.method` and `request.url`. It gets the whole body, if the middleware has
 * read at most 1 MiB of it. `nodeRequest()` returns properties that were added to the request. Changes of
 * `request.headers` are not passed on. Websockets pass unchanged; see `onHandshake()`.
 *
 * Middleware written for Express alone uses what Express adds, such as `response.status()` and
 * `request.ip`. It needs an Express app around it: `fromConnect(express().use(limit))`.
 *
 * Errors passed to `next` are thrown, as those of `fromNode` are. Errors of the app are answered by the
 * exception handlers; an error middleware with four parameters is rejected.
 *
 * @throws TypeError if an argument is not such a middleware; when a request arrives, if it is a function that
 * makes one, as `helmet` instead of `helmet()`.
 * @throws Error if the version of Node is not supported.
 * @example
 * import expressSession from 'express-session'
 * const kept = expressSession({ secret: 'a secret', resave: false, saveUninitialized: false })
 * const visits = Route('/', (request) => {
 *   const { session } = nodeRequest<{ session: { visits?: number } }>(request)
 *   session.visits = (session.visits ?? 0) + 1
 *   return new JSONResponse(session.visits)
 * })
 * Application({ routes: [visits], middleware: [fromConnect(kept)] })
 */
export function fromConnect(...middleware: readonly NodeHandler[]): Middleware {
  assertChain(middleware, 'fromConnect')
  const connected: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const exchange = new InnerExchange(scope, intactReceive(receive), send, MOST_KEPT)
    inheritFrom(scope, exchange)
    return exchange.run(() =>
      callChain('fromConnect', middleware, exchange, () =>
        callInnerApp(app, scope, exchange, send),
      ),
    )
  }
  return named('fromConnect', connected)
}

/**
 * The request that the nearest outer `fromConnect()` passed to its middleware, with all properties that
 * they added.
 *
 * The type parameter is not checked.
 *
 * @throws TypeError if no `fromConnect()` is around.
 * @example
 * const parsed: Middleware = fromConnect((request, _response, next) => {
 *   Object.assign(request, { user: 'ada' })
 *   next()
 * })
 * const hello = Route('/', (request) => {
 *   return new PlainTextResponse(`hello ${nodeRequest<{ user: string }>(request).user}`)
 * }, { middleware: [parsed] })
 */
export function nodeRequest<Added extends object = Record<string, unknown>>(connection: {
  readonly scope: ConnectionScope
}): NodeRequest & Added {
  const pair = pairOf(connection.scope)
  if (pair !== undefined) return pair.request as NodeRequest & Added
  throw new TypeError(
    'nodeRequest: this app has no fromConnect() middleware around it. Put it around the app or the route.',
  )
}

/** The app behind the middleware, with the exchange in its scope. */
async function callInnerApp(
  app: App,
  scope: HTTPScope,
  exchange: InnerExchange,
  send: Send,
): Promise<void> {
  const { request, response, requestBody } = exchange
  // A file that the server sends by path would bypass the response.
  const { 'http.response.pathsend': _hidden, ...extensions } = scope.extensions ?? {}
  scope.extensions = extensions
  leavePair(scope, { request, response })
  const reply = new Reply(exchange, send)
  await app(changedScope(scope, request), requestBody.receive, reply.send)
  reply.assertComplete()
}
