/** Makes the server of node:http, or node:https, that listens. */
import { createServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServerAddress } from '../../types.ts'
import type { Drain } from './drain.ts'
import { readHTTP2Options } from './http2/options.ts'
import type { ServeOptions } from './options.ts'
import { ServedRequest } from './servedrequest.ts'
import type { Service } from './service.ts'
import { upgradeOptions } from './upgrades.ts'
import type { WebSockets } from './websockets.ts'

/** A server that does not listen yet. */
export interface Listener {
  readonly node: Server
  /** Reads the certificates again. */
  readonly reloadTLS: () => Promise<void>
  /** Makes it speak HTTP/2 too, where the options ask for that. */
  readonly speakHTTP2: SpeakHTTP2
}

type SpeakHTTP2 = (inFlight: Drain, service: Service, websockets: WebSockets | undefined) => void

/**
 * A server of node:http or, with `tls`, of node:https, which is loaded only then, as node:http2 is.
 *
 * @throws TypeError or RangeError for options of `tls` or `http2` that cannot be.
 * @throws Error if the files of `tls` cannot be read or used.
 */
export async function createListener(options: ServeOptions): Promise<Listener> {
  const { tls } = options
  const speakHTTP2 = await loadHTTP2(options)
  const install = (node: Server): SpeakHTTP2 => speakHTTP2.bind(undefined, node)
  if (tls === undefined) {
    const node = createServer(nodeOptions(options))
    return { node, reloadTLS: withoutTLS, speakHTTP2: install(node) }
  }
  const { createSecured } = await import('./tls/certificates.ts')
  const protocols = options.http2 ? ['h2', 'http/1.1'] : ['http/1.1']
  const { node, reload } = await createSecured(tls, nodeOptions(options), protocols)
  return { node, reloadTLS: reload, speakHTTP2: install(node) }
}

async function loadHTTP2(
  options: ServeOptions,
): Promise<(node: Server, ...serving: Parameters<SpeakHTTP2>) => void> {
  const settings = readHTTP2Options(options.http2)
  if (settings === undefined) return () => {}
  const { installHTTP2 } = await import('./http2/install.ts')
  return (node, inFlight, service, websockets) =>
    installHTTP2(node, inFlight, service, websockets, settings, options)
}

async function withoutTLS(): Promise<void> {
  throw new Error(
    'serve: reloadTLS() needs certificates, no tls was given. Set the option tls, or do not call it.',
  )
}

function nodeOptions(options: ServeOptions): ServerOptions {
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

/** Resolves once the server accepts connections. */
export function listen(node: Server, options: ServeOptions): Promise<void> {
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

/** Frozen, since all scopes share it. */
export function addressOf(node: Server): ServerAddress {
  const address: AddressInfo | string | null = node.address()
  if (typeof address === 'string') return Object.freeze({ host: address, port: null })
  return Object.freeze({ host: address?.address ?? '', port: address?.port ?? null })
}
