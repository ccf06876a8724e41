/** Serves an app on Deno. */

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
  /** The most bytes of a message on a websocket; a larger one closes it (1,048,576). */
  maxMessageSize?: number
  /** Told of errors that reach the server (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

/** The part of Deno's server that is used here. */
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
 * Runs the app's startup, then listens by `Deno.serve`.
 *
 * Deno answers requests that it cannot parse itself, and joins fields of one name, but `Set-Cookie`.
 *
 * @throws Error when the startup fails, the address cannot be had, or this is not Deno.
 * @throws TypeError when it is given no app, or a rootPath that is none.
 */
export async function serve(app: App, options: ServeOptions = {}): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 8000, path, signal } = options
  const deno = runtime()
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
  let server: DenoServer
  try {
    signal?.throwIfAborted()
    server = deno.serve(
      {
        ...(path === undefined ? { hostname: host, port } : { path }),
        onListen: () => {}, // it would write to stdout
      },
      handler,
    )
  } catch (error) {
    await handler.close()
    throw error
  }
  if (path === undefined) address = { host, port: server.addr.port ?? port }
  return running(
    {
      address,
      drain: () => {
        handler.cut('websockets')
        return server.shutdown()
      },
      // Once it shuts down, Deno itself cuts nothing any more.
      cut: () => handler.cut(),
      shutDown: handler.close,
    },
    options,
  )
}

function upgrade(
  request: globalThis.Request,
  { subprotocol, headers }: Acceptance,
  events: SocketEvents,
): globalThis.Response {
  const { socket, response } = runtime().upgradeWebSocket(request)
  // Not by its option, which only finds it in a list that is separated by comma and space.
  if (subprotocol !== undefined) response.headers.set('sec-websocket-protocol', subprotocol)
  for (let index = 0; index < headers.length; index += 2) {
    response.headers.append(headers[index] ?? '', headers[index + 1] ?? '')
  }
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => {
    events.open({
      // Bodies are never in memory that is shared between threads, as types fear.
      send: (data) => socket.send(data as Uint8Array<ArrayBuffer>),
      close: (code, reason) => socket.close(code, reason),
      buffered: () => socket.bufferedAmount,
    })
  }
  socket.onmessage = ({ data }) => events.message(toMessage(data))
  // A connection that was lost has the code 0 there.
  socket.onclose = ({ code, reason }) => events.close(code || 1006, reason)
  socket.onerror = () => {} // 'close' follows
  return response
}

function runtime(): Deno {
  const { Deno } = globalThis as { Deno?: Deno }
  if (Deno !== undefined) return Deno
  throw new Error('serve: this is not Deno. Import serve from "stellula/servers/node".')
}
