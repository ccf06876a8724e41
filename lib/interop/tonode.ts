/** Puts an app into servers that take a `(req, res, next)` listener. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { LifespanMode, StartedLifespan } from '../servers/lifespan.ts'
import { guarded } from '../servers/log.ts'
import { exchange, type HTTPService } from '../servers/node/exchange.ts'
import { logError } from '../servers/node/log.ts'
import { refuse } from '../servers/node/refuse.ts'
import type { Site } from '../servers/node/scope.ts'
import { refuseHandshake } from '../servers/node/websockets/answer.ts'
import { readWebSocketOptions, type WebSocketOptions } from '../servers/node/websockets/options.ts'
import { WebSockets } from '../servers/node/websockets.ts'
import { assertApp } from '../servers/options.ts'
import type { App, LifespanScope, Scope, ServerAddress, State } from '../types.ts'
import { Life } from './tonode/life.ts'
import { type Next, Passage } from './tonode/passage.ts'
import { placeOf } from './tonode/place.ts'
import { isRead, replayed } from './tonode/readbody.ts'

export type { Next } from './tonode/passage.ts'

export interface ToNodeOptions<Incoming extends IncomingMessage = IncomingMessage> {
  /** Whether the app's lifespan is run ('auto'). */
  lifespan?: LifespanMode
  /** What a request's state has besides the lifespan's: what the host knows of it (nothing). */
  state?: (request: Incoming) => State
  /** How long `close()` lets open exchanges go on, in ms (30,000). */
  gracePeriodMs?: number
  /** Limits and times of websockets ({}). */
  websocket?: WebSocketOptions
  /** Told of errors that neither the app nor the host answers (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

/** A listener for the requests of a server, and a middleware of Express or Connect. */
export interface NodeListener<Incoming extends IncomingMessage = IncomingMessage>
  extends AsyncDisposable {
  (request: Incoming, response: ServerResponse, next?: Next): void
  /** Starts the app now, not at the first request; rejects when that fails. */
  readonly ready: () => Promise<void>
  /**
   * A listener for the `upgrade` of a server, which makes websockets of what comes; a server with
   * others too calls it for the paths of the app.
   */
  readonly upgrade: (request: Incoming, socket: Duplex, head: Buffer) => void
  /**
   * Closes websockets with 1012, lets open exchanges end, then runs the app's shutdown; rejects when that fails. Requests that
   * come later are answered by 503. The server is its owner's: close it first.
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
 * @throws TypeError when it is given no app, RangeError for limits of websockets that are none.
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
  assertApp(app, 'toNode')
  const { gracePeriodMs = 30_000 } = options
  const onError = guarded(options.onError ?? logError)
  const life = new Life(app, options.lifespan ?? 'auto')

  const fail = (error: unknown, response: ServerResponse, next: Next | undefined): void => {
    if (next !== undefined) next(error)
    else {
      onError(error, LIFESPAN)
      if (!response.headersSent) refuse(response, 500, true)
    }
  }
  const run = (
    lifespan: StartedLifespan,
    request: Incoming,
    response: ServerResponse,
    next: Next | undefined,
  ): void => {
    // While the app was started the client has left, or the host has answered.
    if (response.destroyed || response.writableEnded) return
    try {
      const { target, ...place } = placeOf(request)
      const state = stateOf(lifespan, options.state?.(request))
      const passage = new Passage(next, onError)
      const isTaken = isRead(request)
      const service: HTTPService = {
        app: passage.through(isTaken ? replayed(app, request) : app),
        site: { ...place, server: serverAddress(request.socket), state },
        inFlight: life,
        // They would write past what the host has put around the response.
        shortcuts: false,
        onError,
      }
      assertUnsent(response)
      exchange(service, request, response, false, {
        target,
        isRead: isTaken,
        takesOver: (error) => passage.takesOver(error),
      })
    } catch (error) {
      fail(error, response, next)
    }
  }
  const listener = (request: Incoming, response: ServerResponse, next?: Next): void => {
    if (request.httpVersionMajor > 1) refuseVersion(response)
    else if (life.closing) refuse(response, 503, true)
    else if (life.lifespan !== undefined) run(life.lifespan, request, response, next)
    else {
      life.ready().then(
        (lifespan) => run(lifespan, request, response, next),
        (error: unknown) => fail(error, response, next),
      )
    }
  }
  const websockets = new WebSockets(
    { app, site: NOWHERE, inFlight: life, onError },
    readWebSocketOptions(options.websocket ?? {}),
  )
  const upgrade = async (request: Incoming, socket: Socket, head: Buffer): Promise<void> => {
    socket.on('error', ignore)
    const handshake = { request, socket, head }
    if (life.closing) return refuseHandshake(handshake, 503)
    try {
      const lifespan = await life.ready()
      const { target, ...place } = placeOf(request)
      const state = stateOf(lifespan, options.state?.(request))
      const site = { ...place, server: serverAddress(socket), state }
      websockets.take(request, socket, head, { target, site })
    } catch (error) {
      onError(error, LIFESPAN)
      refuseHandshake(handshake, 500)
    }
  }
  const close = (): Promise<void> => {
    websockets.close()
    return life.close(gracePeriodMs)
  }
  return Object.assign(listener, {
    ready: async () => void (await life.ready()),
    // Node's types say Duplex for what is a connection.
    upgrade: (request: Incoming, socket: Duplex, head: Buffer) =>
      void upgrade(request, socket as Socket, head),
    close,
    [Symbol.asyncDispose]: close,
  })
}

/** Each websocket has a place of its own. */
const NOWHERE: Site = { rootPath: '', rawRootPath: '', server: null, state: undefined }

const LIFESPAN: LifespanScope = {
  type: 'lifespan',
  asgi: { version: '3.0', specVersion: '2.0' },
}

/** Without a listener an error would end the process; the connection is closed by it anyway. */
function ignore(): void {}

function assertUnsent(response: ServerResponse): void {
  if (!response.headersSent) return
  throw new Error(
    'toNode: the response has been started by the host, so that the app cannot answer. Call next() only before.',
  )
}

function stateOf({ state }: StartedLifespan, own: State | undefined): State | undefined {
  return own === undefined ? state : { ...state, ...own }
}

function serverAddress({ localAddress, localPort }: Socket): ServerAddress | null {
  if (localAddress === undefined || localPort === undefined) return null
  return { host: localAddress, port: localPort }
}

/** Its streams are no sockets that could be kept open, cut, or closed. */
function refuseVersion(response: ServerResponse): void {
  response.statusCode = 505
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end('This app is not served over HTTP/2. Use HTTP/1.1.')
}
