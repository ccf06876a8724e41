/** Puts an app into servers that take a `(req, res, next)` listener. */

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
  /** Starts the app now, not at the first request; rejects when that fails. */
  readonly ready: () => Promise<void>
  /**
   * A listener for the `upgrade` of a server, which makes websockets of what comes, below the
   * `prefix` of the options. What no route of the app matches is left to the other listeners of the
   * server, if it has any; when none of them has taken it after two seconds, it is answered by 404.
   */
  readonly upgrade: (request: Incoming, socket: Duplex, head: Buffer) => void
  /**
   * Closes websockets with 1012, lets open exchanges end, cuts those that take longer than
   * `gracePeriodMs`, then runs the app's shutdown; rejects when that fails. Requests that come later are
   * answered by 503. The server is its owner's: close it first.
   */
  readonly close: () => Promise<void>
}

/**
 * Makes a listener of an app: for `http.createServer`, Express, Connect, Vite.
 *
 * Below a prefix, `scope.rootPath` is the prefix and `scope.path` the whole path, as in a Mount.
 *
 * With a `next`, requests that no route matches go on to the host (a router's `default` is a match,
 * and a method that a path does not have is 405), and errors that nothing in the app answered go to
 * `next(error)`, which an Application leaves none of. Without one, they are 404 and 500.
 *
 * A body that a parser of the host has read is given again, from `request.rawBody` or
 * `request.body`: bytes and texts as they were, JSON and flat forms written anew. Reading any other
 * is an error that says so. Fields that the host has set on the response are kept, but for those that
 * the app sends; cookies, `Vary` and `Link` of both are sent.
 *
 * @throws TypeError when it is given no app or an invalid prefix, RangeError for invalid limits of
 * websockets.
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
      // Node's types say Duplex for what is a connection.
      upgrade: (request: Incoming, socket: Duplex, head: Buffer) =>
        void hosted.upgrade(request, socket as Socket, head),
      close,
      [Symbol.asyncDispose]: close,
    },
  )
}
