/** Makes the server of node:http, or node:https, that listens. */
import { createServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServerAddress } from '../../types.ts'
import type { ServeOptions } from './options.ts'
import { ServedRequest } from './servedrequest.ts'
import { upgradeOptions } from './upgrades.ts'

/** A server that does not listen yet. */
export interface Listener {
  readonly node: Server
  /** Reads the certificates again. */
  readonly reloadTLS: () => Promise<void>
}

/**
 * A server of node:http or, with `tls`, of node:https, which is loaded only then.
 *
 * @throws TypeError for options of `tls` that cannot be.
 * @throws Error if its files cannot be read or used.
 */
export async function createListener(options: ServeOptions): Promise<Listener> {
  const { tls } = options
  if (tls === undefined) return { node: createServer(nodeOptions(options)), reloadTLS: withoutTLS }
  const { createSecured } = await import('./tls/certificates.ts')
  const { node, reload } = await createSecured(tls, nodeOptions(options), ['http/1.1'])
  return { node, reloadTLS: reload }
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
