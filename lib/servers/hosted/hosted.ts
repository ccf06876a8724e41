/** An app inside another server: handles its requests and upgrades. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { LifespanMode, StartedLifespan } from '../../lifespan/start.ts'
import { logFailures } from '../../protocol/log.ts'
import type { App, LifespanScope, Scope, State } from '../../types.ts'
import { exchange } from '../node/exchange.ts'
import { logError } from '../node/log.ts'
import { MOST_PIPELINED } from '../node/pipeline.ts'
import { refuse } from '../node/refuse.ts'
import type { Site } from '../node/scope.ts'
import type { HTTPService } from '../node/service.ts'
import { StalledWrites, WRITE_TIMEOUT_MS } from '../node/stalled.ts'
import { refuseHandshake } from '../node/websockets/answer.ts'
import { readWebSocketOptions, type WebSocketOptions } from '../node/websockets/options.ts'
import { WebSockets } from '../node/websockets.ts'
import { GRACE_PERIOD_MS } from '../running.ts'
import { Fallthrough, type Next } from './fallthrough.ts'
import { leaveToOthers } from './leftover.ts'
import { Life } from './lifecycle.ts'
import { placeBelow } from './mountpoint.ts'
import { exchangeStream, streamOf } from './overhttp2.ts'
import { rawFieldsOf } from './rawfields.ts'
import { isRead, replayBody } from './readbody.ts'
import { locateRequest } from './site.ts'
import { completeRequest, unreadScope } from './synthetic.ts'

export interface ToNodeOptions<Incoming extends IncomingMessage = IncomingMessage> {
  /** Whether to run the app's lifespan ('auto'). */
  lifespan?: LifespanMode
  /** Returns values from the host that are added to the request's state (none). */
  state?: (request: Incoming) => State
  /**
   * The prefix of the listener in the host, for `upgrade`: hosts strip it from requests, as `use` does, but
   * not from upgrades. Upgrades for other paths are left to other listeners ('', which is every path).
   */
  prefix?: string
  /**
   * How long `close()` waits for open exchanges, in ms (8,000); event streams end at once. Exchanges that
   * take longer are aborted, and the app gets a disconnect.
   */
  gracePeriodMs?: number
  /** How long a client may read nothing while data waits for it, in ms (60,000; 0: no limit). */
  writeTimeoutMs?: number
  /** The maximum number of requests of one connection that are handled at a time; further ones wait (32). */
  maxPipelinedRequests?: number
  /** Limits and times of websockets ({}). */
  websocket?: WebSocketOptions
  /** Called with errors that neither the app nor the host answers (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

export class Hosted<Incoming extends IncomingMessage> {
  readonly life: Life
  readonly #app: App
  readonly #options: ToNodeOptions<Incoming>
  readonly #onError: (error: unknown, scope: Scope) => void
  readonly #websockets: WebSockets
  readonly #sockets = new Set<Socket>()
  readonly #stalled: StalledWrites

  constructor(app: App, options: ToNodeOptions<Incoming>) {
    this.life = new Life(app, options.lifespan ?? 'auto')
    this.#app = app
    this.#options = options
    this.#stalled = new StalledWrites(this.#sockets, options.writeTimeoutMs ?? WRITE_TIMEOUT_MS)
    this.#onError = logFailures(options.onError ?? logError)
    this.#websockets = new WebSockets(
      { app, site: NOWHERE, inFlight: this.life, onError: this.#onError },
      readWebSocketOptions(options.websocket ?? {}),
      false,
      leaveToOthers,
    )
  }

  request(request: Incoming, response: ServerResponse, next: Next | undefined): void {
    const { life } = this
    completeRequest(request)
    if (request.httpVersionMajor > 1 && streamOf(request) === undefined) refuseVersion(response)
    else if (life.closing) refuse(response, 503, request.httpVersionMajor < 2)
    else if (life.lifespan !== undefined) this.#run(life.lifespan, request, response, next)
    else {
      life.ready().then(
        (lifespan) => this.#run(lifespan, request, response, next),
        (error: unknown) => this.#fail(error, LIFESPAN, response, next),
      )
    }
  }

  async upgrade(request: Incoming, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', ignore)
    this.#watch(socket)
    const handshake = { request, socket, head }
    const { prefix = '', state: stateOf } = this.#options
    const place = placeBelow(request, prefix)
    if (place === undefined) {
      if (!leaveToOthers(handshake)) refuseHandshake(handshake, 404)
      return
    }
    if (this.life.closing) return refuseHandshake(handshake, 503)
    try {
      const { state } = await this.life.ready()
      const hosting = locateRequest(request, state, stateOf?.(request), place)
      this.#websockets.take(request, socket, head, hosting)
    } catch (error) {
      this.#onError(error, LIFESPAN)
      refuseHandshake(handshake, 500)
    }
  }

  #watch(socket: Socket): void {
    // A synthetic request may have another object as its socket.
    if (!(socket instanceof Socket)) return
    this.#sockets.add(socket)
    this.#stalled.watch()
  }

  close(): Promise<void> {
    this.#websockets.close()
    return this.life.close(this.#options.gracePeriodMs ?? GRACE_PERIOD_MS)
  }

  #run(
    { state }: StartedLifespan,
    request: Incoming,
    response: ServerResponse,
    next: Next | undefined,
  ): void {
    // During the startup the client has disconnected, or the host has answered.
    if (response.destroyed || response.writableEnded) return
    if (request.httpVersionMajor < 2) this.#watch(request.socket)
    try {
      const { target, site } = locateRequest(request, state, this.#options.state?.(request))
      const fallthrough = new Fallthrough(next, this.#onError)
      const isTaken = isRead(request)
      const rawFields = rawFieldsOf(request)
      const service: HTTPService = {
        app: fallthrough.through(isTaken ? replayBody(this.#app, request) : this.#app),
        site,
        inFlight: this.life,
        // Shortcuts would bypass methods that the host has replaced on the response.
        shortcuts: false,
        maxPipelined: this.#options.maxPipelinedRequests ?? MOST_PIPELINED,
        onError: this.#onError,
      }
      assertUnsent(response)
      const stream = streamOf(request)
      if (stream !== undefined) {
        const takesOver = (error: unknown): boolean => fallthrough.takesOver(error)
        exchangeStream(service, stream, request, response, target, isTaken, takesOver)
        return
      }
      exchange(service, request, response, false, {
        target: rawFields === undefined ? undefined : target,
        rawFields: rawFields ?? [],
        isRead: isTaken,
        takesOver: (error) => fallthrough.takesOver(error),
      })
    } catch (error) {
      this.#fail(error, unreadScope(request), response, next)
    }
  }

  #fail(error: unknown, scope: Scope, response: ServerResponse, next: Next | undefined): void {
    if (next !== undefined) {
      next(error)
      return
    }
    this.#onError(error, scope)
    if (!response.headersSent) refuse(response, 500, !('stream' in response))
  }
}

/** The default site; each websocket has its own. */
const NOWHERE: Site = { rootPath: '', rawRootPath: '', server: null, state: undefined }

const LIFESPAN: LifespanScope = Object.freeze({
  type: 'lifespan',
  asgi: Object.freeze({ version: '3.0', specVersion: '2.0' }),
})

/**
 * A listener for errors, which would otherwise end the process. The connection is closed after an error
 * anyway.
 */
function ignore(): void {}

function assertUnsent(response: ServerResponse): void {
  if (!response.headersSent) return
  throw new Error(
    'toNode: the host has already started the response, so the app cannot answer. Call next() before that.',
  )
}

/** Refuses an HTTP/2 request without a stream of node:http2. */
function refuseVersion(response: ServerResponse): void {
  response.statusCode = 505
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end('This request has no stream of node:http2. Use HTTP/1.1.')
}
