/** Serves an app on Bun. */
import { ClientDisconnected } from '../exceptions.ts'
import { toFetchHeaders } from '../http/fetchheaders.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { App } from '../types.ts'
import { type Acceptance, type SocketEvents, toMessage } from './fetch/sockets.ts'
import { type ByFetchOptions, serveByFetch } from './running/byfetch.ts'
import type { RunningServer } from './running.ts'

export interface ServeOptions extends ByFetchOptions {
  /**
   * Seconds without data after which a connection is closed, at most 255 (0: no limit, because streams may
   * pause).
   */
  idleTimeoutSeconds?: number
}

/** The methods of Bun's server that are used here. */
interface BunServer {
  readonly hostname?: string
  readonly port?: number
  stop(closeActiveConnections?: boolean): Promise<void>
  upgrade(
    request: globalThis.Request,
    options: { headers: globalThis.Headers; data: SocketEvents },
  ): boolean
}

/** The methods of Bun's websocket that are used here. */
interface BunSocket {
  readonly data: SocketEvents
  send(data: string | Uint8Array): number
  close(code: number, reason: string): void
  getBufferedAmount(): number
}

interface Bun {
  file(path: string): Blob
  serve(options: object): BunServer
}

/**
 * Runs the app's startup, then listens with `Bun.serve`.
 *
 * Bun itself answers requests that it cannot parse, and joins fields of one name, except `Set-Cookie`.
 *
 * @throws Error if the startup fails, the address is unavailable, or the runtime is not Bun.
 * @throws TypeError if `app` is not a function, or the root path is invalid.
 */
export async function serve(app: App, options: ServeOptions = {}): Promise<RunningServer> {
  knownOptions(
    'serve',
    options,
    'idleTimeoutSeconds maxMessageSize host port path signal signals rootPath lifespan gracePeriodMs shutdownTimeoutMs onError',
  )
  const { idleTimeoutSeconds = 0, maxMessageSize = 1_048_576 } = options
  const bun = runtime()
  return serveByFetch(app, options, {
    upgrade,
    // For a stream, Bun does not send the length, even if the header fields have it.
    file: (path) => bun.file(path),
    listen: (handler, place) => {
      const server = bun.serve({
        ...('path' in place ? { unix: place.path } : place),
        idleTimeout: idleTimeoutSeconds,
        // The app limits bodies, and so can choose the error response.
        maxRequestBodySize: Number.MAX_SAFE_INTEGER,
        development: false,
        fetch: handler,
        websocket: { ...SOCKETS, maxPayloadLength: maxMessageSize },
      })
      return { port: server.port, drain: () => server.stop(), cut: () => server.stop(true) }
    },
  })
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
  // Bun answers and sends pings itself; a peer that is silent for two minutes is closed.
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
  const fields = toFetchHeaders(headers)
  if (subprotocol !== undefined) fields.set('sec-websocket-protocol', subprotocol)
  // The request comes from this server. So the client has left, or its handshake is invalid.
  if (!(server as BunServer).upgrade(request, { headers: fields, data: events })) {
    throw new ClientDisconnected()
  }
  // Bun has answered the request and expects undefined; the types do not include that.
  return undefined as unknown as globalThis.Response
}

function runtime(): Bun {
  const { Bun } = globalThis as { Bun?: Bun }
  if (Bun !== undefined) return Bun
  throw new Error('serve: this is not Bun. Import serve from "stellula/servers/node".')
}
