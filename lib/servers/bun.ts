/** Serves an app on Bun. */
import { toFetchHeaders } from '../http/fetchheaders.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { App } from '../types.ts'
import { type Acceptance, type SocketEvents, toMessage } from './fetch/sockets.ts'
import { type ByFetchOptions, serveByFetch } from './running/byfetch.ts'
import type { RunningServer } from './running.ts'

export interface ServeOptions extends ByFetchOptions {
  /** How long a connection may be silent, in seconds up to 255 (0: no limit; streams may wait). */
  idleTimeoutSeconds?: number
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
  file(path: string): Blob
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
  knownOptions(
    'serve',
    options,
    'idleTimeoutSeconds maxMessageSize host port path signal signals rootPath lifespan gracePeriodMs shutdownTimeoutMs onError',
  )
  const { idleTimeoutSeconds = 0, maxMessageSize = 1_048_576 } = options
  const bun = runtime()
  return serveByFetch(app, options, {
    upgrade,
    // Of a stream it would not tell the length, whatever its fields say.
    file: (path) => bun.file(path),
    listen: (handler, place) => {
      const server = bun.serve({
        ...('path' in place ? { unix: place.path } : place),
        idleTimeout: idleTimeoutSeconds,
        // Limits are the app's own, and so is what an error looks like.
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
  const fields = toFetchHeaders(headers)
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
