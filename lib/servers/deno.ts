/** Serves an app on Deno. */
import { knownOptions } from '../internal/knownoptions.ts'
import type { App } from '../types.ts'
import { type Acceptance, type SocketEvents, toMessage } from './fetch/sockets.ts'
import { type ByFetchOptions, serveByFetch } from './running/byfetch.ts'
import type { RunningServer } from './running.ts'

export type ServeOptions = ByFetchOptions

/** The properties of Deno's server that are used here. */
interface DenoServer {
  readonly addr: { readonly port?: number }
  shutdown(): Promise<void>
}

interface Deno {
  upgradeWebSocket(request: globalThis.Request): {
    readonly socket: globalThis.WebSocket
    readonly response: globalThis.Response
  }
  serve(
    options: object,
    handler: (request: globalThis.Request, info: object) => unknown,
  ): DenoServer
}

/**
 * Runs the app's startup, then listens with `Deno.serve`.
 *
 * Deno itself answers requests that it cannot parse, and joins fields of one name, except `Set-Cookie`.
 *
 * @throws Error if the startup fails, the address is unavailable, or the runtime is not Deno.
 * @throws TypeError if `app` is not a function, or the root path is invalid.
 */
export async function serve(app: App, options: ServeOptions = {}): Promise<RunningServer> {
  knownOptions(
    'serve',
    options,
    'maxMessageSize host port path signal signals rootPath lifespan gracePeriodMs shutdownTimeoutMs onError',
  )
  const deno = runtime()
  return serveByFetch(app, options, {
    upgrade,
    listen: (handler, place) => {
      // Without these listeners Deno logs its address to stdout, and each aborted body to stderr: the
      // app's errors were reported already, and disconnects are not errors.
      const onError = () => new globalThis.Response('Internal Server Error', { status: 500 })
      const server = deno.serve({ ...place, onListen: () => {}, onError }, handler)
      return {
        port: server.addr.port,
        drain: () => server.shutdown(),
        // After shutdown has begun, Deno does not abort connections.
        cut: () => {},
      }
    },
  })
}

function upgrade(
  request: globalThis.Request,
  { subprotocol, headers }: Acceptance,
  events: SocketEvents,
): globalThis.Response {
  const { socket, response } = runtime().upgradeWebSocket(request)
  // Deno's own option is not used: it only recognises a list separated by comma and space.
  if (subprotocol !== undefined) response.headers.set('sec-websocket-protocol', subprotocol)
  for (let index = 0; index < headers.length; index += 2) {
    response.headers.append(headers[index] ?? '', headers[index + 1] ?? '')
  }
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('open', () => {
    events.open({
      // Bodies are never in memory that threads share, as the types assume.
      send: (data) => socket.send(data as Uint8Array<ArrayBuffer>),
      close: (code, reason) => socket.close(code, reason),
      buffered: () => socket.bufferedAmount,
    })
  })
  socket.addEventListener('message', ({ data }) => events.message(toMessage(data)))
  // Deno reports a lost connection with code 0.
  socket.addEventListener('close', ({ code, reason }) => events.close(code || 1006, reason))
  socket.addEventListener('error', () => {}) // 'close' follows
  return response
}

function runtime(): Deno {
  const { Deno } = globalThis as { Deno?: Deno }
  if (Deno !== undefined) return Deno
  throw new Error('serve: this is not Deno. Import serve from "stellula/servers/node".')
}
