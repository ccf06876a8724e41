/** Serves an app on Cloudflare Workers, and on workerd, which they run on. */

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
} from './fetch.ts'

/** What the module of a Worker exports by default. */
export interface Worker {
  readonly fetch: FetchApp
}

/**
 * An app as a Worker: `export default toWorker(app)`.
 *
 * The bindings of the Worker are in `scope.extensions.fetch`, as `info`; work in the background goes on
 * by `waitUntil`. The runtime does not tell who the client is: where Cloudflare stands in front, it is
 * in the field `cf-connecting-ip`. When a client leaves, all that runs for it ends with it, without a
 * word to the app.
 *
 * Nothing of Node is needed: with the conditions `workerd`, `worker` or `browser`, which bundlers for
 * Workers set, forms stay in memory, so keep `maxSize` well below the memory of a Worker; `parts()`
 * holds one piece at a time. `FileResponse`, `StaticFiles` and `saveTo()` need a file system, which is
 * not there. Compression, `sessions()`, `basicAuth()` and ETags by content need the compatibility flag
 * `nodejs_compat`.
 *
 * @throws TypeError when it is given no app, or a rootPath that is none.
 * @example
 * const worker = toWorker(app)
 * await worker.fetch(new globalThis.Request('http://localhost/'))
 */
export function toWorker(app: App, options: ToFetchOptions = {}): Worker {
  knownOptions('toWorker', options, 'rootPath lifespan server upgrade maxMessageSize onError file')
  return { fetch: toFetch(app, { upgrade, ...options }) }
}

/** The part of a websocket of Workers that the web does not know. */
interface WorkerSocket extends globalThis.WebSocket {
  accept(): void
}

interface Workers {
  readonly WebSocketPair: new () => { readonly 0: unknown; readonly 1: WorkerSocket }
}

/** A close of the client is not answered by itself; one without a code, or answered, throws. */
function answerClose(socket: WorkerSocket, code: number, reason: string): void {
  try {
    if (code === 1005) socket.close()
    else if (code !== 1006) socket.close(code, reason)
  } catch {
    // It is closed, as it is to be.
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
  // Bytes come as a Blob to newer Workers, unless this is said.
  socket.binaryType = 'arraybuffer'
  socket.accept()
  socket.addEventListener('message', ({ data }) => events.message(toMessage(data)))
  socket.addEventListener('close', ({ code, reason }) => {
    answerClose(socket, code, reason)
    events.close(code, code === 1006 ? '' : reason)
  })
  socket.addEventListener('error', () => events.close(1006, ''))
  events.open({
    // Bodies are never in memory that is shared between threads, as types fear.
    send: (data) => socket.send(data as Uint8Array<ArrayBuffer>),
    close: (code, reason) => socket.close(code, reason),
    buffered: () => socket.bufferedAmount ?? 0,
  })
  const init = { status: 101, webSocket: theirs, headers: fields }
  return new globalThis.Response(null, init)
}
