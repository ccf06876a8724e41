/** Serves an app on Cloudflare Workers and on workerd. */

import { toFetchHeaders } from '../http/fetchheaders.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { App } from '../types.ts'
import { toMessage } from './fetch/sockets.ts'
import {
  type Acceptance,
  type FetchApp,
  type SocketEvents,
  type ToFetchOptions,
  toFetch,
  webSockets,
} from './fetch.ts'

/** The default export of a Worker module. */
export interface Worker {
  readonly fetch: FetchApp
}

/**
 * Makes a Worker from an app: `export default toWorker(app)`.
 *
 * The bindings of the Worker are in `scope.extensions.fetch`, as `info`; background work is passed to
 * `waitUntil`. The runtime does not report the client's address; behind Cloudflare it is in the field
 * `cf-connecting-ip`. If a client disconnects, the runtime stops all work for it without notifying the app.
 *
 * Node is not required. With the conditions `workerd`, `worker` or `browser`, which bundlers for Workers set,
 * forms stay in memory, so keep `maxSize` well below the memory of a Worker; `parts()` holds one chunk at a
 * time. `FileResponse`, `StaticFiles` and `saveTo()` need a file system, which Workers do not have.
 * Compression, `sessions()`, `basicAuth()` and ETags by content need the compatibility flag `nodejs_compat`.
 *
 * @throws TypeError if `app` is not a function, or the root path is invalid.
 * @example
 * const worker = toWorker(app)
 * await worker.fetch(new globalThis.Request('http://localhost/'))
 */
export function toWorker(app: App, options: ToFetchOptions = {}): Worker {
  knownOptions('toWorker', options, 'rootPath lifespan server upgrade maxMessageSize onError file')
  return { fetch: toFetch(app, { upgrade: webSockets(upgrade), ...options }) }
}

/** Websocket properties that only Workers have. */
interface WorkerSocket extends globalThis.WebSocket {
  accept(): void
}

interface Workers {
  readonly WebSocketPair: new () => { readonly 0: unknown; readonly 1: WorkerSocket }
}

/** Workers do not answer a client's close; closing without a code, or twice, throws. */
function answerClose(socket: WorkerSocket, code: number, reason: string): void {
  try {
    if (code === 1005) socket.close()
    else if (code !== 1006) socket.close(code, reason)
  } catch {
    // Already closed, as intended.
  }
}

function upgrade(
  _request: globalThis.Request,
  { subprotocol, headers }: Acceptance,
  events: SocketEvents,
): globalThis.Response {
  const { WebSocketPair } = globalThis as unknown as Workers
  const { 0: theirs, 1: socket } = new WebSocketPair()
  const fields = toFetchHeaders(headers)
  if (subprotocol !== undefined) fields.set('sec-websocket-protocol', subprotocol)
  // Newer Workers deliver bytes as a Blob by default.
  socket.binaryType = 'arraybuffer'
  socket.accept()
  socket.addEventListener('message', ({ data }) => events.message(toMessage(data)))
  socket.addEventListener('close', ({ code, reason }) => {
    answerClose(socket, code, reason)
    events.close(code, code === 1006 ? '' : reason)
  })
  socket.addEventListener('error', () => events.close(1006, ''))
  events.open({
    // Bodies are never in memory that threads share, as the types assume.
    send: (data) => socket.send(data as Uint8Array<ArrayBuffer>),
    close: (code, reason) => socket.close(code, reason),
    buffered: () => socket.bufferedAmount ?? 0,
  })
  const init = { status: 101, webSocket: theirs, headers: fields }
  return new globalThis.Response(null, init)
}
