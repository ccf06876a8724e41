/** A server of node:https whose certificates can be read again while it runs. */
import type { ServerOptions } from 'node:http'
import { createServer, type Server } from 'node:https'
import { loadTLS, type TLSOptions } from './options.ts'

/** A server that does not listen yet, and a function that reads its certificates again. */
interface ReloadableServer {
  readonly node: Server
  /** Reads the certificates again. Open connections keep theirs. It rejects if the files cannot be used. */
  readonly reload: () => Promise<void>
}

/** @throws Error if the key and the certificate cannot be read or used. */
export async function createTLSServer(
  tls: TLSOptions,
  options: ServerOptions,
  protocols: readonly string[],
): Promise<ReloadableServer> {
  const loaded = await loadTLS(tls)
  const node = createServer({ ...loaded, ...options, ALPNProtocols: [...protocols] })
  const reload = async (): Promise<void> => node.setSecureContext(await loadTLS(tls))
  return { node, reload }
}
