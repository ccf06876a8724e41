/** A server of node:https, whose certificates are read again when its owner, or a signal, says so. */
import type { ServerOptions } from 'node:http'
import { createServer, type Server } from 'node:https'
import { loadTLS, type TLSOptions } from './options.ts'

/** A server that does not listen yet, and the way to give it other certificates. */
export interface Secured {
  readonly node: Server
  /** Connections that are open keep what they have. Rejects if the files cannot be used any more. */
  readonly reload: () => Promise<void>
}

/** @throws Error if the key and the certificate cannot be read or used. */
export async function createSecured(
  tls: TLSOptions,
  options: ServerOptions,
  protocols: readonly string[],
): Promise<Secured> {
  const loaded = await loadTLS(tls)
  const node = createServer({ ...loaded, ...options, ALPNProtocols: [...protocols] })
  const reload = async (): Promise<void> => node.setSecureContext(await loadTLS(tls))
  return { node, reload }
}
