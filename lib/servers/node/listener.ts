/** Creates the server of node:http or node:https, and makes it listen. */
import { createServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServerAddress } from '../../types.ts'
import type { Drain } from './drain.ts'
import { readHTTP2Options } from './http2/options.ts'
import type { ServeOptions } from './options.ts'
import type { Service } from './service.ts'
import { upgradeOptions } from './upgrades.ts'
import type { WebSockets } from './websockets.ts'

/** A server that does not listen yet. */
export interface Listener {
  readonly node: Server
  /** Reads the certificates again. */
  readonly reloadTLS: () => Promise<void>
  /** Adds HTTP/2 to the server if the option `http2` is set. */
  readonly speakHTTP2: SpeakHTTP2
}

type SpeakHTTP2 = (inFlight: Drain, service: Service, websockets: WebSockets | undefined) => void

/**
 * Creates a server of node:http or, with `tls`, of node:https. node:https and node:http2 are loaded only if they
 * are needed.
 *
 * @throws TypeError or RangeError for invalid options of `tls` or `http2`.
 * @throws Error if the files of `tls` cannot be read or used.
 */
export async function createListener(options: ServeOptions): Promise<Listener> {
  const { tls } = options
  // Without TLS and HTTP/2 the server is created before any await, so tools that replace
  // `http.createServer` for a call of `serve` see it.
  const speakHTTP2 = options.http2 === undefined ? HTTP1_ONLY : await loadHTTP2(options)
  const install = (node: Server): SpeakHTTP2 => speakHTTP2.bind(undefined, node)
  if (tls === undefined) {
    const node = createServer(nodeOptions(options))
    return { node, reloadTLS: withoutTLS, speakHTTP2: install(node) }
  }
  const { createTLSServer } = await import('./tls/certificates.ts')
  const protocols = options.http2 ? ['h2', 'http/1.1'] : ['http/1.1']
  const { node, reload } = await createTLSServer(tls, nodeOptions(options), protocols)
  return { node, reloadTLS: reload, speakHTTP2: install(node) }
}

const HTTP1_ONLY = (): void => {}

async function loadHTTP2(
  options: ServeOptions,
): Promise<(node: Server, ...serving: Parameters<SpeakHTTP2>) => void> {
  const settings = readHTTP2Options(options.http2)
  if (settings === undefined) return HTTP1_ONLY
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
    // How often Node checks timeouts. Its default of 30 s would lengthen short ones. A timeout of 0 is disabled.
    connectionsCheckingInterval: Math.min(
      30_000,
      (headersTimeout || 60_000) / 2,
      (requestTimeout || 60_000) / 2,
    ),
    insecureHTTPParser: false,
    // `readFields` checks the field. After a refusal by Node, the connection would continue with the next request.
    requireHostHeader: false,
    ...(options.websocket === false ? {} : upgradeOptions()),
  }
}

/** Starts to listen. It resolves when the server accepts connections. */
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

/** Returns the address of a server. It is frozen, because all scopes share it. */
export function addressOf(node: Server): ServerAddress {
  const address: AddressInfo | string | null = node.address()
  if (typeof address === 'string') return Object.freeze({ host: address, port: null })
  return Object.freeze({ host: address?.address ?? '', port: address?.port ?? null })
}
