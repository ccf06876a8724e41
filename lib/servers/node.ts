/** Serves an app on node:http, node:https and node:http2. */

import { encodePath } from '../http/urls.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type StartedLifespan, startLifespan } from '../lifespan/start.ts'
import { guarded } from '../protocol/log.ts'
import { assertApp, assertRootPath } from '../protocol/options.ts'
import type { App } from '../types.ts'
import { Drain } from './node/drain.ts'
import { exchange, type HTTPService } from './node/exchange.ts'
import { addressOf, createListener, type Listener, listen } from './node/listener.ts'
import { logError } from './node/log.ts'
import { assertNumbers, type ServeOptions } from './node/options.ts'
import { MOST_PIPELINED } from './node/pipeline.ts'
import { installPlain, takesPlain } from './node/plain/install.ts'
import { WRITE_TIMEOUT_MS } from './node/stalled.ts'
import { reloadOnHangup } from './node/tls/hangup.ts'
import { refuseTunnel } from './node/upgrades.ts'
import { readWebSocketOptions, type WebSocketSettings, WebSockets } from './node/websockets.ts'
import { onSignals } from './running/signals.ts'
import { GRACE_PERIOD_MS, type RunningServer, shutDownWithin, urlOf } from './running.ts'

export type { HTTP2Options } from './node/http2/options.ts'
export type { ServeOptions } from './node/options.ts'
export type { TLSOptions } from './node/tls/options.ts'
export type { CompressionOptions, WebSocketOptions } from './node/websockets.ts'
export type { RunningServer } from './running.ts'

/** A listening server of Node. */
export interface NodeServer extends RunningServer {
  /**
   * Reads the files of `tls` again; connections from then on get the new certificate. Rejects if they
   * cannot be used, or there is no `tls`; the server goes on with what it has.
   */
  readonly reloadTLS: () => Promise<void>
}

/**
 * Runs the app's startup, then listens.
 *
 * @throws Error when the startup fails or the address cannot be had; nothing is left open then.
 * @throws TypeError if `app` is not a function, or an option is unknown or of the wrong kind.
 * @throws RangeError for a number that is out of its range.
 * @throws Error if the key and certificate of `tls` cannot be read or used.
 * @example
 * const server = await serve(app, { port: 0 })
 * console.log(`listening on ${server.url}`)
 * await server.close()
 */
export async function serve(app: App, options: ServeOptions = {}): Promise<NodeServer> {
  knownOptions(
    'serve',
    options,
    'backlog fd maxConnections headersTimeoutMs requestTimeoutMs writeTimeoutMs keepAliveTimeoutMs maxRequestsPerSocket maxPipelinedRequests maxHeaderSize allowHalfOpen shortcuts plainExchanges drainDelayMs websocket tls http2 host port path signal signals rootPath lifespan gracePeriodMs shutdownTimeoutMs onError',
  )
  assertApp(app, 'serve')
  assertRootPath(options.rootPath ?? '', 'serve')
  assertNumbers(options)
  const { websocket = {} } = options
  const settings = websocket === false ? undefined : readWebSocketOptions(websocket)
  options.signal?.throwIfAborted()
  const listener = await createListener(options)
  const { node } = listener
  const lifespan = await startLifespan(app, options.lifespan ?? 'auto')
  try {
    options.signal?.throwIfAborted()
    await listen(node, options)
  } catch (error) {
    await lifespan.stop()
    throw error
  }
  const server = run(app, listener, lifespan, settings, options)
  // The signal had no listener while the address was looked up.
  if (options.signal?.aborted) await server.close()
  options.signal?.throwIfAborted()
  return server
}

function run(
  app: App,
  { node, reloadTLS, speakHTTP2 }: Listener,
  lifespan: StartedLifespan,
  settings: WebSocketSettings | undefined,
  options: ServeOptions,
): NodeServer {
  const { rootPath = '', tls } = options
  const address = addressOf(node)
  const inFlight = new Drain(node, options.writeTimeoutMs ?? WRITE_TIMEOUT_MS, tls !== undefined)
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
  if (takesPlain(options)) installPlain(node, inFlight, service, options)
  speakHTTP2(inFlight, service, websockets)
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
    closing ??= shutDown(inFlight, websockets, lifespan, options).finally(() => {
      stopListening()
      stopReloading()
    })
    return closing
  }
  const stopListening = onSignals(options, close, () => inFlight.cut())
  const stopReloading = reloadOnHangup(tls, options.signals, reloadTLS)
  const closed = new Promise<void>((resolve, reject) => {
    node.once('close', () => close().then(resolve, reject))
  })
  closed.catch(() => {}) // callers of close() get the error
  return { address, url: urlOf(address, tls && 'https'), close, closed, reloadTLS }
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
