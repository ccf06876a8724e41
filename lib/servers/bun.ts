/** Serves an app on Bun. */
import { toFetch } from '../interop/tofetch.ts'
import type { App, Scope, ServerAddress } from '../types.ts'
import type { LifespanMode } from './lifespan.ts'
import { type RunningServer, type RunOptions, running } from './running.ts'

export interface ServeOptions extends RunOptions {
  /** The address to listen on ('127.0.0.1'); '0.0.0.0' or '::' for all. */
  host?: string
  /** The port (8000); 0 takes a free one. */
  port?: number
  /** The path of a unix socket to listen on instead of host and port. */
  path?: string
  /** A prefix that a proxy takes off; it is put before every path, and is the root path (''). */
  rootPath?: string
  /** Whether the app's lifespan is run ('auto'). */
  lifespan?: LifespanMode
  /** How long a connection may be silent, in seconds up to 255 (0: no limit; streams may wait). */
  idleTimeoutSeconds?: number
  /** Told of errors that reach the server (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

/** The part of Bun's server that is used here. */
interface BunServer {
  readonly hostname?: string
  readonly port?: number
  stop(closeActiveConnections?: boolean): Promise<void>
}

interface Bun {
  serve(options: object): BunServer
}

/**
 * Runs the app's startup, then listens by `Bun.serve`.
 *
 * Bun answers requests that it cannot parse itself, and joins fields of one name, but `Set-Cookie`.
 *
 * @throws Error when the startup fails, the address cannot be had, or this is not Bun.
 * @throws TypeError when it is given no app, or a rootPath that is none.
 */
export async function serve(app: App, options: ServeOptions = {}): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 8000, path, idleTimeoutSeconds = 0, signal } = options
  const bun = runtime()
  signal?.throwIfAborted()
  let address: ServerAddress = { host: path ?? host, port: path === undefined ? port : null }
  const handler = toFetch(app, {
    ...options,
    get server() {
      return address
    },
  })
  await handler.start()
  let server: BunServer
  try {
    signal?.throwIfAborted()
    server = bun.serve({
      ...(path === undefined ? { hostname: host, port } : { unix: path }),
      idleTimeout: idleTimeoutSeconds,
      // Limits are the app's own, and so is what an error looks like.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      fetch: handler,
    })
  } catch (error) {
    await handler.close()
    throw error
  }
  if (path === undefined) address = { host, port: server.port ?? port }
  return running(
    {
      address,
      drain: () => server.stop(),
      cut: () => server.stop(true),
      shutDown: handler.close,
    },
    options,
  )
}

function runtime(): Bun {
  const { Bun } = globalThis as { Bun?: Bun }
  if (Bun !== undefined) return Bun
  throw new Error('serve: this is not Bun. Import serve from "stellula/servers/node".')
}
