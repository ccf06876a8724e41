/** Serves an app on Bun. */

import { toMessage } from '../interop/tofetch/sockets.ts'
import { type Acceptance, type SocketEvents, toFetch } from '../interop/tofetch.ts'
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
  /** The most bytes of a message on a websocket; a larger one closes it (1,048,576). */
  maxMessageSize?: number
  /** Told of errors that reach the server (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

/** The part of Bun's server that is used here. */
interface BunServer {
  readonly hostname?: string
  readonly port?: number
  stop(closeActiveConnections?: boolean): Promise<void>
  upgrade(
    request: globalThis.Request,
    options: { headers: globalThis.Headers; data: SocketEvents },
  ): boolean
}

/** The part of Bun's websocket that is used here. */
interface BunSocket {
  readonly data: SocketEvents
  send(data: string | Uint8Array): number
  close(code: number, reason: string): void
  getBufferedAmount(): number
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
    upgrade,
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
      websocket: { ...SOCKETS, maxPayloadLength: options.maxMessageSize ?? 1_048_576 },
    })
  } catch (error) {
    await handler.close()
    throw error
  }
  if (path === undefined) address = { host, port: server.port ?? port }
  return running(
    {
      address,
      drain: () => {
        handler.cut('websockets')
        return server.stop()
      },
      cut: () => {
        handler.cut()
        return server.stop(true)
      },
      shutDown: handler.close,
    },
    options,
  )
}

/** One set of listeners for all sockets; each has its own events as `data`. */
const SOCKETS = {
  open(socket: BunSocket): void {
    socket.data.open({
      send: (data) => void socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      buffered: () => socket.getBufferedAmount(),
    })
  },
  message: ({ data }: BunSocket, message: unknown): void => data.message(toMessage(message)),
  drain: ({ data }: BunSocket): void => data.drain(),
  close: ({ data }: BunSocket, code: number, reason: string): void => data.close(code, reason),
  // The runtime answers pings and asks by itself; whoever is silent for two minutes is gone.
  idleTimeout: 120,
  sendPings: true,
  perMessageDeflate: false,
}

function upgrade(
  request: globalThis.Request,
  { subprotocol, headers }: Acceptance,
  events: SocketEvents,
  server: unknown,
): globalThis.Response {
  const fields = new globalThis.Headers()
  for (let index = 0; index < headers.length; index += 2) {
    fields.append(headers[index] ?? '', headers[index + 1] ?? '')
  }
  if (subprotocol !== undefined) fields.set('sec-websocket-protocol', subprotocol)
  // What came with the request is the server that it came to.
  if (!(server as BunServer).upgrade(request, { headers: fields, data: events })) {
    throw new Error('serve: Bun could not answer the handshake of a websocket.')
  }
  // Bun has answered it, and wants nothing; its types, as ours, know no such answer.
  return undefined as unknown as globalThis.Response
}

function runtime(): Bun {
  const { Bun } = globalThis as { Bun?: Bun }
  if (Bun !== undefined) return Bun
  throw new Error('serve: this is not Bun. Import serve from "stellula/servers/node".')
}
