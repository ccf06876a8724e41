/** A server of a runtime that calls a fetch handler, from the app's startup to its shutdown. */

import type { App, ServerAddress } from '../../types.ts'
import type { Upgrade } from '../fetch/sockets.ts'
import { type FetchApp, type ToFetchOptions, toFetch, webSockets } from '../fetch.ts'
import { makeRunningServer, type RunningServer, type RunOptions } from '../running.ts'

export interface ByFetchOptions extends RunOptions {
  /** The largest websocket message in bytes; a larger one closes the websocket (1,048,576). */
  maxMessageSize?: number
}

/** Where to listen. */
type Place = { readonly hostname: string; readonly port: number } | { readonly path: string }

/** The server functions of a runtime. */
export interface Listener {
  readonly port: number | undefined
  /** Stops accepting connections, and resolves when open exchanges have ended. */
  readonly drain: () => Promise<unknown>
  /** Aborts open exchanges, if the runtime supports it. */
  readonly cut: () => unknown
}

/** The functions that differ between runtimes. */
interface Runtime {
  readonly upgrade: Upgrade
  /** Makes a body from a file; without it, files are streamed. */
  readonly file?: (path: string) => Blob
  readonly listen: (handler: FetchApp, place: Place) => Listener
}

/** The options of the handler; the others are for the server around it. */
function forFetch(options: ByFetchOptions): ToFetchOptions {
  const { rootPath, lifespan, maxMessageSize, onError } = options
  return {
    ...(rootPath !== undefined && { rootPath }),
    ...(lifespan !== undefined && { lifespan }),
    ...(maxMessageSize !== undefined && { maxMessageSize }),
    ...(onError !== undefined && { onError }),
  }
}

/**
 * Runs the app's startup, then listens with the runtime.
 *
 * @throws Error if the startup fails or the address is unavailable; the app is shut down then.
 */
export async function serveByFetch(
  app: App,
  options: ByFetchOptions,
  { upgrade, file, listen }: Runtime,
): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 8000, path, signal } = options
  signal?.throwIfAborted()
  let address: ServerAddress = { host: path ?? host, port: path === undefined ? port : null }
  const handler = toFetch(app, {
    ...forFetch(options),
    get server() {
      return address
    },
    upgrade: webSockets(upgrade),
    ...(file && { file }),
  })
  await handler.start()
  let listener: Listener
  try {
    signal?.throwIfAborted()
    listener = listen(handler, path === undefined ? { hostname: host, port } : { path })
  } catch (error) {
    await handler.close()
    throw error
  }
  if (path === undefined) address = { host, port: listener.port ?? port }
  return makeRunningServer(
    {
      address,
      drain: () => {
        handler.cut('websockets')
        handler.drain()
        return listener.drain()
      },
      cut: () => {
        handler.cut()
        return listener.cut()
      },
      shutDown: handler.close,
    },
    options,
  )
}
