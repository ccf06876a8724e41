/** Makes a server of node:http read plain requests by itself. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Drain } from '../drain.ts'
import type { ServeOptions } from '../options.ts'
import { withoutListener } from '../ownlistener.ts'
import type { Service } from '../service.ts'
import { isIdlePlain, type Terms, takeConnection } from './connection.ts'

/** What Node adds to the time that clients are told, where it does. */
interface Buffered {
  readonly keepAliveTimeoutBuffer?: number
}

/** Whether the options leave anything to read here: what they ask for may be Node's alone. */
export function takesPlain(options: ServeOptions): boolean {
  const { plainExchanges = false, tls, maxRequestsPerSocket, allowHalfOpen } = options
  return plainExchanges && tls === undefined && !maxRequestsPerSocket && !allowHalfOpen
}

/** Called once the server knows what to do with exchanges. */
export function installPlain(
  node: Server & Buffered,
  inFlight: Drain,
  service: Service,
  { maxHeaderSize = 16_384 }: ServeOptions,
): void {
  const { keepAliveTimeout, keepAliveTimeoutBuffer = 0, headersTimeout, requestTimeout } = node
  const leastMs = Math.min(headersTimeout || Infinity, requestTimeout || Infinity)
  const terms: Terms = {
    service,
    maxHeaderSize,
    firstMs: leastMs === Infinity ? 0 : leastMs,
    keepAliveMs: keepAliveTimeout,
    idleMs: keepAliveTimeout > 0 ? keepAliveTimeout + keepAliveTimeoutBuffer : 0,
    leave: withoutListener(node, 'connection'),
  }
  node.prependListener('connection', (socket: Socket) => takeConnection(socket, terms))
  inFlight.alsoIdle(isIdlePlain)
}
