/** Adds HTTP/2 to a server of node:http or node:https, on the same port. */
import type { Server } from 'node:http'
import type { Drain } from '../drain.ts'
import type { ServeOptions } from '../options.ts'
import type { Service } from '../service.ts'
import { WRITE_TIMEOUT_MS } from '../stalled.ts'
import type { WebSockets } from '../websockets.ts'
import { HTTP2Connections } from './connections.ts'
import { dispatchByALPN, dispatchByPreface } from './dispatch.ts'
import type { HTTP2Settings } from './options.ts'

/** Adds HTTP/2 to a server that listens already. */
export function installHTTP2(
  node: Server,
  inFlight: Drain,
  service: Service,
  websockets: WebSockets | undefined,
  settings: HTTP2Settings,
  options: ServeOptions,
): void {
  const { requestTimeoutMs = 300_000, writeTimeoutMs = WRITE_TIMEOUT_MS } = options
  const { tls, headersTimeoutMs = 60_000, maxHeaderSize = 16_384 } = options
  const times = {
    idleMs: settings.idleTimeoutMs,
    requestMs: requestTimeoutMs || Number.POSITIVE_INFINITY,
    writeMs: writeTimeoutMs || Number.POSITIVE_INFINITY,
  }
  const connections = new HTTP2Connections({
    ...{ service, websockets, settings, times, maxHeaderSize },
  })
  inFlight.leaveTo(connections)
  const take: Parameters<typeof dispatchByALPN>[1] = (socket) => {
    inFlight.leave(socket)
    connections.take(socket)
  }
  if (tls === undefined) dispatchByPreface(node, take, headersTimeoutMs)
  else dispatchByALPN(node, take)
}
