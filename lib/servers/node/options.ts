/** The options of `serve` on Node. */
import { mustRange } from '../../internal/must.ts'
import type { RunOptions } from '../running.ts'
import type { HTTP2Options } from './http2/options.ts'
import type { TLSOptions } from './tls/options.ts'
import type { WebSocketOptions } from './websockets/options.ts'

export interface ServeOptions extends RunOptions {
  /** How many connections may wait to be accepted (511). */
  backlog?: number
  /**
   * The descriptor of a socket that listens already, instead of an address: 3 under systemd's socket
   * activation. In a worker of `cluster` it is one of the primary.
   */
  fd?: number
  /** The most connections at once (no limit); others are closed as soon as they are accepted. */
  maxConnections?: number
  /** How long the head of a request may take, in ms (60,000). */
  headersTimeoutMs?: number
  /** How long a whole request may take to arrive, in ms (300,000). */
  requestTimeoutMs?: number
  /**
   * How long a client may read nothing of a response, or of websocket messages, that wait for it, in ms
   * (60,000); then its connection is cut. However slowly it reads, it is not. 0 is for ever.
   */
  writeTimeoutMs?: number
  /** How long an idle connection is kept, in ms (5,000); more than a proxy in front keeps it. */
  keepAliveTimeoutMs?: number
  /** The most requests on one connection (0: no limit). */
  maxRequestsPerSocket?: number
  /**
   * How many requests of one connection are at work at once (32); what a client sends ahead of the
   * answers beyond that waits, and its connection is not read meanwhile.
   */
  maxPipelinedRequests?: number
  /** The most bytes of a request's head (16,384). */
  maxHeaderSize?: number
  /** Serve clients that close their sending side and wait for the answer (false: they are gone). */
  allowHalfOpen?: boolean
  /**
   * Use what is checked to be there, but is not documented (true): head and body of small responses
   * are put together by a field of Node's, and small messages of websockets are read before `ws` does.
   */
  shortcuts?: boolean
  /**
   * Read and answer plain requests without node:http, which takes less time (false). Whatever is not
   * beyond doubt is still read by node:http: see "Plain exchanges" in docs/serving.md.
   */
  plainExchanges?: boolean
  /**
   * How long a server that closes still accepts connections and answers, in ms (0); each answer says
   * `Connection: close`. For a load balancer that learns only after a while that this one is going.
   */
  drainDelayMs?: number
  /** Limits and times of websockets; with false, handshakes are served as plain HTTP requests ({}). */
  websocket?: WebSocketOptions | false
  /** Serve over TLS: what `tls.createServer` takes, or `keyFile` and `certFile` (plain). */
  tls?: TLSOptions
  /**
   * Speak HTTP/2 too, on the same port: by ALPN over TLS, and without TLS to clients that begin with
   * it; true, or the limits (HTTP/1.1 alone).
   */
  http2?: boolean | HTTP2Options
}

/** The least that times and counts may be. */
const LEASTS = {
  ...{ headersTimeoutMs: 0, requestTimeoutMs: 0, writeTimeoutMs: 0, keepAliveTimeoutMs: 0 },
  ...{ drainDelayMs: 0, gracePeriodMs: 0, shutdownTimeoutMs: 0 },
  ...{ maxRequestsPerSocket: 0, maxPipelinedRequests: 1 },
}

/** @throws RangeError for a number that is out of its range. */
export function assertNumbers(options: ServeOptions): void {
  const { fd, port, maxConnections } = options
  const isPort = port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535)
  mustRange('serve', isPort, 'port must be an integer from 0 to 65535', port, 'Write port: 8000')
  const isDescriptor = fd === undefined || (Number.isInteger(fd) && fd >= 0)
  mustRange('serve', isDescriptor, 'fd must be a descriptor', fd, 'Write fd: 3')
  const isCount = maxConnections === undefined || maxConnections >= 1
  const what = 'maxConnections must be at least 1'
  mustRange('serve', isCount, what, maxConnections, 'Leave it out for no limit')
  for (const name of Object.keys(LEASTS) as (keyof typeof LEASTS)[]) {
    const { [name]: value = LEASTS[name] } = options
    const isInRange = typeof value === 'number' && value >= LEASTS[name]
    const rule = `${name} must be a number from ${LEASTS[name]} on`
    mustRange('serve', isInRange, rule, value, 'Leave it out for the default')
  }
}
