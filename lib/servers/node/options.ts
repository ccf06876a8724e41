/** The options of `serve` on Node. */
import { checkRange } from '../../internal/checks.ts'
import type { RunOptions } from '../running.ts'
import type { HTTP2Options } from './http2/options.ts'
import type { TLSOptions } from './tls/options.ts'
import type { WebSocketOptions } from './websockets/options.ts'

export interface ServeOptions extends RunOptions {
  /** The maximum number of connections that wait to be accepted (511). */
  backlog?: number
  /**
   * The descriptor of a socket that listens already, instead of an address: 3 under systemd's socket
   * activation. In a worker of `cluster` it is a descriptor of the primary process.
   */
  fd?: number
  /** The maximum number of open connections (no limit); further ones are closed as soon as they are accepted. */
  maxConnections?: number
  /** How long the head of a request may take, in ms (60,000). */
  headersTimeoutMs?: number
  /** How long a whole request may take to arrive, in ms (300,000). */
  requestTimeoutMs?: number
  /**
   * How long a client may read nothing while a response or websocket messages wait for it, in ms (60,000); then
   * its connection is cut. A client that reads slowly is not cut. 0 sets no limit.
   */
  writeTimeoutMs?: number
  /** How long an idle connection is kept, in ms (5,000). Behind a proxy it must be longer than the proxy's time. */
  keepAliveTimeoutMs?: number
  /** The maximum number of requests on one connection (0: no limit). */
  maxRequestsPerSocket?: number
  /**
   * The maximum number of requests of one connection that are handled at the same time (32). Further pipelined
   * requests wait, and the connection is not read meanwhile.
   */
  maxPipelinedRequests?: number
  /** The maximum size of a request's head in bytes (16,384). */
  maxHeaderSize?: number
  /** Serve clients that close their sending side and wait for the response (false: they count as disconnected). */
  allowHalfOpen?: boolean
  /**
   * Handle simple requests without node:http, and small websocket messages without `ws`, which takes less time
   * (true). Everything else is passed to node:http and `ws`; with false, all requests and messages are. See
   * "Plain exchanges" in docs/serving.md.
   */
  shortcuts?: boolean
  /**
   * How long a closing server still accepts connections and requests, in ms (0); each response has
   * `Connection: close`. It gives a load balancer time to notice that the server closes.
   */
  drainDelayMs?: number
  /** Limits and times of websockets; with false, handshakes are served as plain HTTP requests ({}). */
  websocket?: WebSocketOptions | false
  /** Serve over TLS: the options of `tls.createServer`, or `keyFile` and `certFile` (no TLS). */
  tls?: TLSOptions
  /**
   * Speak HTTP/2 too, on the same port: by ALPN over TLS; without TLS, to clients that begin with it. Give true, or
   * the limits (HTTP/1.1 only).
   */
  http2?: boolean | HTTP2Options
}

/** The minimum values of times and counts. */
const LEASTS = {
  ...{ headersTimeoutMs: 0, requestTimeoutMs: 0, writeTimeoutMs: 0, keepAliveTimeoutMs: 0 },
  ...{ drainDelayMs: 0, gracePeriodMs: 0, shutdownTimeoutMs: 0 },
  ...{ maxRequestsPerSocket: 0, maxPipelinedRequests: 1 },
}

/** @throws RangeError for a number that is out of its range. */
export function assertNumbers(options: ServeOptions): void {
  const { fd, port, maxConnections } = options
  const isPort = port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535)
  checkRange('serve', isPort, 'port must be an integer from 0 to 65535', port, 'Write port: 8000')
  const isDescriptor = fd === undefined || (Number.isInteger(fd) && fd >= 0)
  checkRange('serve', isDescriptor, 'fd must be a descriptor', fd, 'Write fd: 3')
  const isCount = maxConnections === undefined || maxConnections >= 1
  const what = 'maxConnections must be at least 1'
  checkRange('serve', isCount, what, maxConnections, 'Leave it out for no limit')
  for (const name of Object.keys(LEASTS) as (keyof typeof LEASTS)[]) {
    const { [name]: value = LEASTS[name] } = options
    const isInRange = typeof value === 'number' && value >= LEASTS[name]
    const rule = `${name} must be a number from ${LEASTS[name]} on`
    checkRange('serve', isInRange, rule, value, 'Leave it out for the default')
  }
}
