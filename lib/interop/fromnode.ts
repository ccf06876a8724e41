/** Handlers of Node as apps: Express, Connect, Koa, Fastify, or a listener of `http.createServer`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { notFoundException } from '../exceptions/notfound.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import { handedOver } from '../servers/node/nativepair.ts'
import type { App } from '../types.ts'
import { isPassedOn } from './fromnode/errors.ts'
import { Exchange } from './fromnode/exchange.ts'
import { inheritFrom } from './fromnode/inherit.ts'
import { assertInternals } from './fromnode/internals.ts'
import { NativeExchange } from './fromnode/native.ts'

/** What `http.createServer` takes, or Express and Connect are: `(request, response, next?) => …`. */
export type NodeHandler = {
  // As a method, since those compare their parameters both ways: handlers name classes of their own.
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): unknown
}['handle']

/**
 * Makes an app of a handler of Node: an Express or Connect app, a Koa app's `callback()`, a Fastify
 * app's `routing`, or a listener of `http.createServer`.
 *
 * It gets a real `IncomingMessage` and `ServerResponse`, but no connection: all goes through `receive`
 * and `send`, so that middleware around it sees and changes everything. Where `serve()` finds that
 * nobody stands between who looks at messages, it gets the server's own pair, which costs little.
 * Below a mount, `request.url` is the path behind the prefix, `baseUrl` the prefix and `originalUrl`
 * the whole, as Express has them.
 *
 * A handler of three parameters, as Express and Connect apps are, gets a `next`: what they do not
 * answer is our 404, and an error that they do not handle is thrown, as an HTTPException if it has a
 * `status` of 4xx or 5xx and its class has no handler here. With `(request, response) => app(request,
 * response)` they answer both themselves. What a handler throws, or rejects with, is thrown on too.
 *
 * Through messages, the fields of the connection, such as `Connection` and `Transfer-Encoding`, are
 * the server's, a reason phrase is not sent, 103 goes out with the head, and 102 does not. Websockets
 * are refused.
 *
 * @throws TypeError for what is no function, Error for a version of Node that this does not know.
 * @example
 * import express from 'express'
 * const shop = express()
 * shop.get('/cart', (request, response) => {
 *   response.json({ items: [], at: request.originalUrl })
 * })
 * Application({ routes: [Mount('/shop', fromNode(shop))] })
 */
export function fromNode(handler: NodeHandler): App {
  if (typeof handler !== 'function') {
    throw new TypeError(
      `fromNode: it takes a function (request, response) => …, ${handler === null ? 'null' : typeof handler} was given. Of a Koa app it is app.callback(), of a Fastify app app.routing.`,
    )
  }
  assertInternals()
  const takesNext = handler.length > 2
  return (scope, receive, send) => {
    if (scope.type === 'websocket') return send({ type: 'websocket.close', code: 1000, reason: '' })
    if (scope.type !== 'http') return Promise.reject(new UnsupportedProtocol(scope.type))
    const handed = handedOver(scope, receive, send)
    const exchange = handed ? new NativeExchange(scope, handed) : new Exchange(scope, receive, send)
    const { request, response } = exchange
    if (handed === undefined) inheritFrom(scope, exchange)
    const next = (error?: unknown): void =>
      isPassedOn(error) ? exchange.unanswered(notFoundException()) : exchange.failInside(error)
    return exchange.run(() =>
      takesNext
        ? handler(request, response, next)
        : (handler as (...both: unknown[]) => unknown)(request, response),
    )
  }
}
