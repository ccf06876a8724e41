/** Makes a `(req, res, next)` listener of an app, for other servers. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { knownOptions } from '../internal/knownoptions.ts'
import { assertApp, assertPrefix } from '../protocol/options.ts'
import type { App } from '../types.ts'
import type { Next } from './hosted/fallthrough.ts'
import { Hosted, type ToNodeOptions } from './hosted/hosted.ts'

export type { Next } from './hosted/fallthrough.ts'
export type { ToNodeOptions } from './hosted/hosted.ts'

/** A listener for the requests of a server, and a middleware of Express or Connect. */
export interface NodeListener<Incoming extends IncomingMessage = IncomingMessage>
  extends AsyncDisposable {
  (request: Incoming, response: ServerResponse, next?: Next): void
  /** Starts the app now instead of with the first request; rejects if that fails. */
  readonly ready: () => Promise<void>
  /**
   * A listener for the `upgrade` event of a server, for websockets below the option `prefix`. If no route of
   * the app matches, the handshake is left to the other listeners of the server, if there are any. If none of
   * them has used the connection after two seconds, the answer is 404.
   */
  readonly upgrade: (request: Incoming, socket: Duplex, head: Buffer) => void
  /**
   * Closes websockets with 1012, waits for open exchanges, aborts those that take longer than
   * `gracePeriodMs`, then runs the app's shutdown; rejects if that fails. Later requests get 503. It does not
   * close the server: close that first.
   */
  readonly close: () => Promise<void>
}

/**
 * Makes a listener of an app: for `http.createServer`, Express, Connect, Vite.
 *
 * Below a prefix, `scope.rootPath` is the prefix and `scope.path` the whole path, as in a Mount.
 *
 * If there is a `next`, requests that no route matches are passed to it. (A router's `default` is a match,
 * and a missing method is answered with 405.) Errors that the app has not answered are passed to
 * `next(error)`; an Application answers all of them. Without a `next`, the answers are 404 and 500.
 *
 * If a body parser of the host has already read the body, the app gets it from `request.rawBody` or
 * `request.body`: bytes and text unchanged, JSON and flat forms serialized again. For any other value,
 * reading the body throws an error that explains this. Fields that the host has set on the response are kept,
 * unless the app sends the same field; of `Set-Cookie`, `Vary` and `Link`, both are sent.
 *
 * @throws TypeError if `app` is not an app or the prefix is invalid, RangeError if a limit of websockets is
 * invalid.
 * @example
 * import { createServer } from 'node:http'
 *
 * await using listener = toNode(app)
 * const server = createServer(listener)
 */
export function toNode<Incoming extends IncomingMessage = IncomingMessage>(
  app: App,
  options: ToNodeOptions<Incoming> = {},
): NodeListener<Incoming> {
  knownOptions(
    'toNode',
    options,
    'lifespan state prefix gracePeriodMs writeTimeoutMs maxPipelinedRequests websocket onError',
  )
  assertApp(app, 'toNode')
  assertPrefix('prefix', options.prefix ?? '', 'toNode')
  const hosted = new Hosted(app, options)
  const close = (): Promise<void> => hosted.close()
  return Object.assign(
    (request: Incoming, response: ServerResponse, next?: Next): void =>
      hosted.request(request, response, next),
    {
      ready: async () => void (await hosted.life.ready()),
      // Node's types declare the socket as Duplex.
      upgrade: (request: Incoming, socket: Duplex, head: Buffer) =>
        void hosted.upgrade(request, socket as Socket, head),
      close,
      [Symbol.asyncDispose]: close,
    },
  )
}
