/** Serves an app on node:http. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App, Scope, ServerAddress } from '../types.ts'
import { encodePath } from '../urls.ts'
import { type LifespanMode, type StartedLifespan, startLifespan } from './lifespan.ts'
import { guarded } from './log.ts'
import { exchange, type Service } from './node/exchange.ts'
import { InFlight } from './node/inflight.ts'
import { logError } from './node/log.ts'
import { upgradeOptions } from './node/upgrades.ts'
import {
  readWebSocketOptions,
  type WebSocketOptions,
  type WebSocketSettings,
  WebSockets,
} from './node/websockets.ts'
import { assertApp, assertRootPath } from './options.ts'
import { onSignals, type StopSignal } from './running/signals.ts'

export type { CompressionOptions, WebSocketOptions } from './node/websockets.ts'

export interface ServeOptions {
  /** The address to listen on ('127.0.0.1'); '0.0.0.0' or '::' for all. */
  host?: string
  /** The port (8000); 0 takes a free one. */
  port?: number
  /** The path of a unix socket to listen on instead of host and port. */
  path?: string
  /** How many connections may wait to be accepted (511). */
  backlog?: number
  /** Closes the server when it aborts, as `close()` does. */
  signal?: AbortSignal
  /** Process signals that close the server; a second one cuts what is open (SIGTERM and SIGINT). */
  signals?: readonly StopSignal[]
  /** A prefix that a proxy takes off; it is put before every path, and is the root path (''). */
  rootPath?: string
  /** Whether the app's lifespan is run ('auto'). */
  lifespan?: LifespanMode
  /** How long open exchanges may go on once the server closes, in ms (30,000). */
  gracePeriodMs?: number
  /** How long the app's shutdown may take, in ms (30,000). */
  shutdownTimeoutMs?: number
  /** How long the head of a request may take, in ms (60,000). */
  headersTimeoutMs?: number
  /** How long a whole request may take to arrive, in ms (300,000). */
  requestTimeoutMs?: number
  /** How long an idle connection is kept, in ms (5,000); more than a proxy in front keeps it. */
  keepAliveTimeoutMs?: number
  /** The most requests on one connection (0: no limit). */
  maxRequestsPerSocket?: number
  /** The most bytes of a request's head (16,384). */
  maxHeaderSize?: number
  /** Serve clients that close their sending side and wait for the answer (false: they are gone). */
  allowHalfOpen?: boolean
  /**
   * Use fields of Node's own that are checked to be there, but are not documented (true): head and
   * body of small responses go out in one piece, requests without a body are over at once, and bodies
   * are taken from the parser. That is about a quarter of the time of a small exchange.
   */
  shortcuts?: boolean
  /** Limits and times of websockets; with false there are none, and who asks gets plain HTTP ({}). */
  websocket?: WebSocketOptions | false
  /** Told of errors that reach the server (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

/** A server that listens. */
export interface RunningServer {
  /** Where it listens; a unix socket has its path as host, and no port. */
  readonly address: ServerAddress
  /** The origin to put into a browser, or undefined for a unix socket. */
  readonly url: string | undefined
  /**
   * Stops accepting, lets open exchanges end within the grace time, cuts the others, then runs the
   * app's shutdown; rejects when that fails.
   */
  readonly close: () => Promise<void>
  /** Settles when the server has closed, for whatever reason. */
  readonly closed: Promise<void>
}

/**
 * Runs the app's startup, then listens.
 *
 * @throws Error when the startup fails or the address cannot be had; nothing is left open then.
 * @throws TypeError when it is given no app, or a rootPath that is none.
 * @throws RangeError for an option of websockets that is out of range.
 * @example
 * const server = await serve(app, { port: 0 })
 * console.log(`listening on ${server.url}`)
 * await server.close()
 */
export async function serve(app: App, options: ServeOptions = {}): Promise<RunningServer> {
  assertApp(app, 'serve')
  assertRootPath(options.rootPath ?? '', 'serve')
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
  // Nobody listened while the address was looked up.
  if (options.signal?.aborted) await server.close()
  options.signal?.throwIfAborted()
  return server
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
    ...emptyRequests(options),
    ...(options.websocket === false ? {} : upgradeOptions()),
  }
}

/** Node documents the switch since 24, but its types do not know it; before, `ended.ts` does the same. */
function emptyRequests({ shortcuts = true }: ServeOptions): object {
  return { optimizeEmptyRequests: shortcuts }
}

function listen(node: Server, options: ServeOptions): Promise<void> {
  const { host = '127.0.0.1', port = 8000, path, backlog = 511 } = options
  return new Promise((resolve, reject) => {
    node.once('error', reject)
    const where = path === undefined ? { host, port } : { path }
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
  const inFlight = new InFlight(node)
  const onError = guarded(options.onError ?? logError)
  const service: Service = {
    app,
    site: { rootPath, rawRootPath: encodePath(rootPath), server: address, state: lifespan.state },
    inFlight,
    // With a limit, Node says on each response how many more requests it takes.
    shortcuts: (options.shortcuts ?? true) && !options.maxRequestsPerSocket,
    onError,
  }
  const websockets = settings && new WebSockets(service, settings)
  if (websockets !== undefined) node.on('upgrade', websockets.take)
  node.on('request', (request, response) => exchange(service, request, response, false))
  node.on('checkContinue', (request, response) => exchange(service, request, response, true))
  // A connection that could not be accepted; without a listener it would end the process.
  node.on('error', (error) => console.error('serve:', error))
  // The size of a head is limited; beyond a count Node would drop fields and say nothing.
  node.maxHeadersCount = 0
  node.maxRequestsPerSocket = options.maxRequestsPerSocket ?? 0
  // Node documents this switch but its types do not know it.
  Object.assign(node, { httpAllowHalfOpen: options.allowHalfOpen ?? false })

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    websockets?.close()
    closing ??= shutDown(inFlight, lifespan, options).finally(stopListening)
    return closing
  }
  const stopListening = onSignals(options, close, () => inFlight.cut())
  const closed = new Promise<void>((resolve, reject) => {
    node.once('close', () => close().then(resolve, reject))
  })
  closed.catch(() => {}) // who calls close() is told
  return { address, url: urlOf(address), close, closed }
}

async function shutDown(
  inFlight: InFlight,
  lifespan: StartedLifespan,
  { gracePeriodMs = 30_000, shutdownTimeoutMs = 30_000 }: ServeOptions,
): Promise<void> {
  await inFlight.close(gracePeriodMs)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow(shutdownTimeoutMs)), shutdownTimeoutMs)
  })
  try {
    await Promise.race([lifespan.stop(), late])
  } finally {
    clearTimeout(timer)
  }
}

function tooSlow(timeout: number): Error {
  return new Error(
    `serve: the app's shutdown took more than ${timeout} ms. Raise shutdownTimeoutMs, or look at what the lifespan waits for.`,
  )
}

function addressOf(node: Server): ServerAddress {
  const address: AddressInfo | string | null = node.address()
  if (typeof address === 'string') return { host: address, port: null }
  return { host: address?.address ?? '', port: address?.port ?? null }
}

function urlOf({ host, port }: ServerAddress): string | undefined {
  if (port === null) return undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
