/** Adds the reader of plain requests to a server of node:http or node:https. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Drain } from '../drain.ts'
import type { ServeOptions } from '../options.ts'
import { withoutListener } from '../ownlistener.ts'
import type { HTTPService } from '../service.ts'
import { isIdlePlain, type Terms, takeConnection } from './connection.ts'
import { headEnds } from './wire.ts'

/** The time that newer versions of Node add to the keep-alive timeout that clients are told, in ms. */
interface KeepAliveBuffer {
  readonly keepAliveTimeoutBuffer?: number
}

/** Whether plain requests are read here. Some options need a feature that only Node has. */
export function takesPlain(options: ServeOptions): boolean {
  const { shortcuts = true, maxRequestsPerSocket, allowHalfOpen } = options
  return shortcuts && !maxRequestsPerSocket && !allowHalfOpen
}

/** Adds the reader to a server. It must be called before `installHTTP2`, which passes it the other connections. */
export function installPlain(
  node: Server & KeepAliveBuffer,
  inFlight: Drain,
  service: HTTPService,
  { maxHeaderSize = 16_384, tls }: ServeOptions,
): void {
  const event = tls === undefined ? 'connection' : 'secureConnection'
  const { keepAliveTimeout, keepAliveTimeoutBuffer = 0, headersTimeout, requestTimeout } = node
  const leastMs = Math.min(headersTimeout || Infinity, requestTimeout || Infinity)
  const terms: Terms = {
    service,
    maxHeaderSize,
    firstMs: leastMs === Infinity ? 0 : leastMs,
    ends: headEnds(keepAliveTimeout),
    idleMs: keepAliveTimeout > 0 ? keepAliveTimeout + keepAliveTimeoutBuffer : 0,
    leave: withoutListener(node, event),
  }
  node.prependListener(event, (socket: Socket) => takeConnection(socket, terms))
  inFlight.alsoIdle(isIdlePlain)
}
