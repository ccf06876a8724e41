/** Serves an app on node:http. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodePath } from '../http/urls.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { mustRange } from '../internal/must.ts'
import { type StartedLifespan, startLifespan } from '../lifespan/start.ts'
import { guarded } from '../protocol/log.ts'
import { assertApp, assertRootPath } from '../protocol/options.ts'
import type { App, ServerAddress } from '../types.ts'
import { Drain } from './node/drain.ts'
import { exchange, type HTTPService } from './node/exchange.ts'
import { logError } from './node/log.ts'
import { MOST_PIPELINED } from './node/pipeline.ts'
import { ServedRequest } from './node/servedrequest.ts'
import { WRITE_TIMEOUT_MS } from './node/stalled.ts'
import { refuseTunnel, upgradeOptions } from './node/upgrades.ts'
import {
  readWebSocketOptions,
  type WebSocketOptions,
  type WebSocketSettings,
  WebSockets,
} from './node/websockets.ts'
import { onSignals } from './running/signals.ts'
import {
  GRACE_PERIOD_MS,
  type RunningServer,
  type RunOptions,
  shutDownWithin,
  urlOf,
} from './running.ts'

export type { CompressionOptions, WebSocketOptions } from './node/websockets.ts'
export type { RunningServer } from './running.ts'

export interface ServeOptions extends RunOptions {
  /** How many connections may wait to be accepted (511). */
  backlog?: number
  /**
   * The descriptor of a socket that listens already, instead of an address: 3 under systemd's socket
   * activation. In a worker of `cluster` it is one of the primary.
   */
  fd?: number
  /** The most connections at once (no limit); others are closed as soon as they are accepted. */
  maxConnections?: number
  /** How long the head of a request may take, in ms (60,000). */
  headersTimeoutMs?: number
  /** How long a whole request may take to arrive, in ms (300,000). */
  requestTimeoutMs?: number
  /**
   * How long a client may read nothing of a response, or of websocket messages, that wait for it, in ms
   * (60,000); then its connection is cut. However slowly it reads, it is not. 0 is for ever.
   */
  writeTimeoutMs?: number
  /** How long an idle connection is kept, in ms (5,000); more than a proxy in front keeps it. */
  keepAliveTimeoutMs?: number
  /** The most requests on one connection (0: no limit). */
  maxRequestsPerSocket?: number
  /**
   * How many requests of one connection are at work at once (32); what a client sends ahead of the
   * answers beyond that waits, and its connection is not read meanwhile.
   */
  maxPipelinedRequests?: number
  /** The most bytes of a request's head (16,384). */
  maxHeaderSize?: number
  /** Serve clients that close their sending side and wait for the answer (false: they are gone). */
  allowHalfOpen?: boolean
  /**
   * Use what is checked to be there, but is not documented (true): head and body of small responses
   * are put together by a field of Node's, and small messages of websockets are read before `ws` does.
   */
  shortcuts?: boolean
  /**
   * How long a server that closes still accepts connections and answers, in ms (0); each answer says
   * `Connection: close`. For a load balancer that learns only after a while that this one is going.
   */
  drainDelayMs?: number
  /** Limits and times of websockets; with false, handshakes are served as plain HTTP requests ({}). */
  websocket?: WebSocketOptions | false
}

/**
 * Runs the app's startup, then listens.
 *
 * @throws Error when the startup fails or the address cannot be had; nothing is left open then.
 * @throws TypeError if `app` is not a function, or `rootPath` is invalid.
 * @throws RangeError for an option that is out of range.
 * @example
 * const server = await serve(app, { port: 0 })
 * console.log(`listening on ${server.url}`)
 * await server.close()
 */
export async function serve(app: App, options: ServeOptions = {}): Promise<RunningServer> {
  knownOptions(
    'serve',
    options,
    'backlog fd maxConnections headersTimeoutMs requestTimeoutMs writeTimeoutMs keepAliveTimeoutMs maxRequestsPerSocket maxPipelinedRequests maxHeaderSize allowHalfOpen shortcuts drainDelayMs websocket host port path signal signals rootPath lifespan gracePeriodMs shutdownTimeoutMs onError',
  )
  assertApp(app, 'serve')
  assertRootPath(options.rootPath ?? '', 'serve')
  assertNumbers(options)
  const { websocket = {} } = options
  const settings = websocket === false ? undefined : readWebSocketOptions(websocket)
  options.signal?.throwIfAborted()
  const node = createServer(nodeOptions(options))
  const lifespan = await startLifespan(app, options.lifespan ?? 'auto')
  try {
    options.signal?.throwIfAborted()
    await listen(node, options)
  } catch (error) {
    await lifespan.stop()
    throw error
  }
  const server = run(app, node, lifespan, settings, options)
  // The signal had no listener while the address was looked up.
  if (options.signal?.aborted) await server.close()
  options.signal?.throwIfAborted()
  return server
}

function assertNumbers({ fd, maxConnections }: ServeOptions): void {
  const isDescriptor = fd === undefined || (Number.isInteger(fd) && fd >= 0)
  mustRange('serve', isDescriptor, 'fd must be a descriptor', fd, 'Write fd: 3')
  const isCount = maxConnections === undefined || maxConnections >= 1
  const what = 'maxConnections must be at least 1'
  mustRange('serve', isCount, what, maxConnections, 'Leave it out for no limit')
}

function nodeOptions(options: ServeOptions): Parameters<typeof createServer>[0] & object {
  const requestTimeout = options.requestTimeoutMs ?? 300_000
  const headersTimeout = options.headersTimeoutMs ?? Math.min(60_000, requestTimeout || 60_000)
  return {
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 5_000,
    maxHeaderSize: options.maxHeaderSize ?? 16_384,
    // Timeouts are looked at this often; Node's 30 s would stretch short ones. 0 switches one off.
    connectionsCheckingInterval: Math.min(
      30_000,
      (headersTimeout || 60_000) / 2,
      (requestTimeout || 60_000) / 2,
    ),
    insecureHTTPParser: false,
    // Ours to look at: after Node's own refusal it would go on with the next request.
    requireHostHeader: false,
    IncomingMessage: ServedRequest,
    ...(options.websocket === false ? {} : upgradeOptions()),
  }
}

function listen(node: Server, options: ServeOptions): Promise<void> {
  const { host = '127.0.0.1', port = 8000, path, fd, backlog = 511 } = options
  return new Promise((resolve, reject) => {
    node.once('error', reject)
    const address = path === undefined ? { host, port } : { path }
    const where = fd === undefined ? address : { fd }
    node.listen({ ...where, backlog }, () => {
      node.off('error', reject)
      resolve()
    })
  })
}

function run(
  app: App,
  node: Server,
  lifespan: StartedLifespan,
  settings: WebSocketSettings | undefined,
  options: ServeOptions,
): RunningServer {
  const { rootPath = '' } = options
  const address = addressOf(node)
  const inFlight = new Drain(node, options.writeTimeoutMs ?? WRITE_TIMEOUT_MS)
  const onError = guarded(options.onError ?? logError)
  const service: HTTPService = {
    app,
    site: { rootPath, rawRootPath: encodePath(rootPath), server: address, state: lifespan.state },
    inFlight,
    // With a limit, Node says on each response how many more requests it takes.
    shortcuts: (options.shortcuts ?? true) && !options.maxRequestsPerSocket,
    maxPipelined: options.maxPipelinedRequests ?? MOST_PIPELINED,
    onError,
  }
  const websockets = settings && new WebSockets(service, settings, service.shortcuts)
  if (websockets !== undefined) node.on('upgrade', websockets.take)
  node.on('request', (request, response) => exchange(service, request, response, false))
  node.on('connect', refuseTunnel)
  node.on('checkContinue', (request, response) => exchange(service, request, response, true))
  // A connection that could not be accepted; without a listener it would end the process.
  node.on('error', (error) => console.error('serve:', error))
  // The size of a head is limited; beyond a count Node would drop fields and say nothing.
  node.maxHeadersCount = 0
  node.maxRequestsPerSocket = options.maxRequestsPerSocket ?? 0
  if (options.maxConnections !== undefined) node.maxConnections = options.maxConnections
  // Node documents this switch but its types do not know it.
  Object.assign(node, { httpAllowHalfOpen: options.allowHalfOpen ?? false })

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= shutDown(inFlight, websockets, lifespan, options).finally(stopListening)
    return closing
  }
  const stopListening = onSignals(options, close, () => inFlight.cut())
  const closed = new Promise<void>((resolve, reject) => {
    node.once('close', () => close().then(resolve, reject))
  })
  closed.catch(() => {}) // callers of close() get the error
  return { address, url: urlOf(address), close, closed }
}

async function shutDown(
  inFlight: Drain,
  websockets: WebSockets | undefined,
  lifespan: StartedLifespan,
  { gracePeriodMs = GRACE_PERIOD_MS, shutdownTimeoutMs, drainDelayMs = 0 }: ServeOptions,
): Promise<void> {
  const drained = inFlight.drain(drainDelayMs)
  if (drainDelayMs > 0) await drained
  websockets?.close()
  await inFlight.close(gracePeriodMs)
  await shutDownWithin(lifespan.stop(), shutdownTimeoutMs)
}

/** Frozen, since all scopes share it. */
function addressOf(node: Server): ServerAddress {
  const address: AddressInfo | string | null = node.address()
  if (typeof address === 'string') return Object.freeze({ host: address, port: null })
  return Object.freeze({ host: address?.address ?? '', port: address?.port ?? null })
}
