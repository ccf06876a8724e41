/** Middleware of Connect and Express as middleware: sessions, passports, helmets, and so on. */
import type { App, ConnectionScope, HTTPScope, Middleware, Send } from '../types.ts'
import { assertChain, callChain } from './fromconnect/chain.ts'
import { Reply } from './fromconnect/reply.ts'
import { changedScope } from './fromconnect/rewrite.ts'
import { Exchange } from './fromnode/exchange.ts'
import { inheritFrom, leavePair, pairOf } from './fromnode/inherit.ts'
import type { NodeRequest } from './fromnode/request.ts'
import type { NodeHandler } from './fromnode.ts'

export { onHandshake } from './fromconnect/handshake.ts'

/** The most bytes of a body that a middleware may read and an app behind it may read again. */
const MOST_KEPT = 1_048_576

/**
 * Makes a middleware of those of Connect and Express, `(request, response, next)`, called in turn.
 *
 * Each is called once for every http request that gets here, whatever its path: where it stands says
 * what it is for. It may answer, or call `next`; then the app behind it answers through `response`, so
 * that what replaces `setHeader`, `writeHead`, `write` or `end` has its effect. Of the fields that both
 * set, the app's stand, but for `Set-Cookie` and `Vary`, which are put together.
 *
 * What goes on to the app: a change of `request.method` and `request.url`; the body, once more, if the
 * middleware has read no more than 1 MiB of it; and whatever it has put on the request, by
 * `nodeRequest()`. Changes of `request.headers` do not. Websockets pass by untouched; see
 * `onHandshake()`.
 *
 * Middleware that was written for Express alone calls what Express adds, such as `response.status()` and
 * `request.ip`. It needs an app of Express around it: `fromConnect(express().use(limit))`.
 *
 * Errors given to `next` are thrown, as those of `fromNode` are. Those that the app behind throws are
 * answered by our handlers; a middleware for errors, of four parameters, is refused.
 *
 * @throws TypeError for what is no such middleware, Error for a version of Node that this does not know.
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
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const exchange = new Exchange(scope, receive, send, MOST_KEPT)
    inheritFrom(scope, exchange)
    return exchange.run(() =>
      callChain(middleware, exchange, () => behind(app, scope, exchange, send)),
    )
  }
}

/**
 * The request that the nearest `fromConnect()` around has given to its middleware, with all that they
 * have put on it.
 *
 * The type of what is there is the caller's promise.
 *
 * @throws TypeError when there is none.
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
    'nodeRequest: no fromConnect() middleware is around this app. Put it before the app, or before the route.',
  )
}

/** The app behind the middleware, with a scope that tells of it. */
async function behind(app: App, scope: HTTPScope, exchange: Exchange, send: Send): Promise<void> {
  const { request, response, intake } = exchange
  // Files that the server reads by itself would pass the response by.
  const { 'http.response.pathsend': _hidden, ...extensions } = scope.extensions ?? {}
  scope.extensions = extensions
  leavePair(scope, { request, response })
  const reply = new Reply(exchange, send)
  await app(changedScope(scope, request), intake.receive, reply.send)
  reply.assertComplete()
}
