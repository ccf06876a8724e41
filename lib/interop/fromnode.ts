/** Uses Node handlers as apps: Express, Connect, Koa, Fastify, or a listener of `http.createServer`. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { intactReceive } from '../body.ts'
import { notFoundException } from '../exceptions/common.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import { check } from '../internal/checks.ts'
import { handedOver } from '../servers/node/nativepair.ts'
import type { App } from '../types.ts'
import { isPassedOn } from './fromnode/errors.ts'
import { InnerExchange } from './fromnode/exchange.ts'
import { inheritFrom } from './fromnode/inherit.ts'
import { assertInternals } from './fromnode/internals.ts'
import { NativeExchange } from './fromnode/native.ts'
import { assertNotFactory } from './fromnode/uncalled.ts'

/** A listener of `http.createServer`, an Express or Connect app: `(request, response, next?) => …`. */
export type NodeHandler = {
  // A method, because method parameters are compared bivariantly: handlers declare their own classes.
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): unknown
}['handle']

/**
 * Makes an app from a Node handler: an Express or Connect app, a Koa app's `callback()`, a Fastify app's
 * `routing`, or a listener of `http.createServer`.
 *
 * The handler gets a real `IncomingMessage` and `ServerResponse`, but no connection: everything goes through
 * `receive` and `send`, so middleware can read and change everything. If no middleware between `serve()` and
 * the handler uses messages, the handler gets the server's own pair, which is faster. Below a mount,
 * `request.url` is the path after the prefix, `baseUrl` the prefix and `originalUrl` the whole path, as in
 * Express.
 *
 * A handler with three parameters, such as an Express or Connect app, gets `next`. A request that it does not
 * answer gets our 404. An error that it does not handle is thrown: as an HTTPException if it has a `status`
 * of 4xx or 5xx and no exception handler exists for its class. With
 * `(request, response) => app(request, response)` the handler answers both itself. Errors that a handler
 * throws or rejects with are rethrown too.
 *
 * Without the server's own pair, the server sets fields of the connection such as `Connection` and
 * `Transfer-Encoding`, the reason phrase is not sent, 103 is sent with the head, and 102 is not sent.
 * Websockets are denied.
 *
 * @throws TypeError if `handler` is not a function; when a request arrives, if it is a function that makes a
 * handler, as `express` instead of `express()`.
 * @throws Error if the version of Node is not supported.
 * @example
 * import express from 'express'
 * const shop = express()
 * shop.get('/cart', (request, response) => {
 *   response.json({ items: [], at: request.originalUrl })
 * })
 * Application({ routes: [Mount('/shop', fromNode(shop))] })
 */
export function fromNode(handler: NodeHandler): App {
  check(
    'fromNode',
    typeof handler === 'function',
    'the handler must be a function (request, response) => …',
    handler,
    'For a Koa app pass app.callback(), for a Fastify app app.routing',
  )
  assertInternals()
  const takesNext = handler.length > 2
  const run = (exchange: NativeExchange | InnerExchange): Promise<void> => {
    const { request, response } = exchange
    let isPassed = false
    const next = (error?: unknown): void => {
      isPassed = true
      if (isPassedOn(error)) exchange.unanswered(notFoundException())
      else exchange.failInside(error)
    }
    return exchange.run(() => {
      const returned = takesNext
        ? handler(request, response, next)
        : (handler as (...both: unknown[]) => unknown)(request, response)
      if (!isPassed) assertNotFactory('fromNode', handler, returned, response)
      return returned
    })
  }
  return (scope, receive, send) => {
    if (scope.type === 'websocket') return send({ type: 'websocket.close', code: 1000, reason: '' })
    if (scope.type !== 'http') return Promise.reject(new UnsupportedProtocol(scope.type))
    const intact = intactReceive(receive)
    const handed = handedOver(scope, intact, send)
    if (handed instanceof Promise)
      return handed.then((pair) => run(new NativeExchange(scope, pair)))
    if (handed !== undefined) return run(new NativeExchange(scope, handed))
    const exchange = new InnerExchange(scope, intact, send)
    inheritFrom(scope, exchange)
    return run(exchange)
  }
}
