/** Serves an app on node:http, node:https and node:http2. */

import { encodePath } from '../http/urls.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type StartedLifespan, startLifespan } from '../lifespan/start.ts'
import { logFailures } from '../protocol/log.ts'
import { assertApp, assertRootPath } from '../protocol/options.ts'
import type { App } from '../types.ts'
import { Drain } from './node/drain.ts'
import { exchange } from './node/exchange.ts'
import { addressOf, createListener, type Listener, listen } from './node/listener.ts'
import { logError } from './node/log.ts'
import { assertNumbers, type ServeOptions } from './node/options.ts'
import { MOST_PIPELINED } from './node/pipeline.ts'
import { installPlain, takesPlain } from './node/plain/install.ts'
import type { HTTPService } from './node/service.ts'
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

/** A listening server on Node. */
export interface NodeServer extends RunningServer {
  /**
   * Reads the files of `tls` again; new connections get the new certificate. It rejects if the files cannot be
   * used or `tls` is missing. The server then keeps its certificate.
   */
  readonly reloadTLS: () => Promise<void>
}

/**
 * Runs the app's startup, then listens.
 *
 * @throws Error if the startup fails or the address cannot be used; nothing stays open then.
 * @throws TypeError if `app` is not a function, or an option is unknown or invalid.
 * @throws RangeError if a number is out of its range.
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
    'backlog fd maxConnections headersTimeoutMs requestTimeoutMs writeTimeoutMs keepAliveTimeoutMs maxRequestsPerSocket maxPipelinedRequests maxHeaderSize allowHalfOpen shortcuts drainDelayMs websocket tls http2 host port path signal signals rootPath lifespan gracePeriodMs shutdownTimeoutMs onError',
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
  // The signal may have aborted while the address was resolved, before `run` added its listener.
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
  const onError = logFailures(options.onError ?? logError)
  const service: HTTPService = {
    app,
    site: { rootPath, rawRootPath: encodePath(rootPath), server: address, state: lifespan.state },
    inFlight,
    shortcuts: options.shortcuts ?? true,
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
  // Emitted if a connection could not be accepted. Without a listener, it would end the process.
  node.on('error', (error) => console.error('serve:', error))
  // `maxHeaderSize` already limits the head. With a limit on the number of fields, Node would drop fields silently.
  node.maxHeadersCount = 0
  node.maxRequestsPerSocket = options.maxRequestsPerSocket ?? 0
  if (options.maxConnections !== undefined) node.maxConnections = options.maxConnections
  // Node documents this property, but its types lack it.
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
