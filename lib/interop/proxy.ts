/** A streaming reverse proxy as an app. */

import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { isIP } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { intactReceive } from '../body.ts'
import { trackStart } from '../errors/boundary.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException, UnsupportedProtocol } from '../exceptions.ts'
import type { Headers } from '../http/headers.ts'
import { callListener } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { runLifespan } from '../lifespan.ts'
import type { App, HTTPScope, Scope, WebSocketScope } from '../types.ts'
import { type Base, readBase } from './proxy/base.ts'
import { type Upstream, UpstreamError } from './proxy/call.ts'
import { forward, type Settings } from './proxy/forward.ts'
import type { ForwardedFields } from './proxy/forwarded.ts'
import { forwardSocket } from './proxy/sockets.ts'

export type { ForwardedFields } from './proxy/forwarded.ts'

export interface ProxyOptions {
  /** Send the client's Host instead of the target's (false). */
  keepHost?: boolean
  /** Which fields tell the upstream about the client ('x-forwarded'). */
  forwarded?: ForwardedFields
  /** Extend incoming forwarded fields, sent by proxies that you trust, instead of replacing them (false). */
  trustForwarded?: boolean
  /**
   * The name in `Via` (a random name). With it, a request that loops back is detected and answered with 508.
   * false omits it and disables the detection.
   */
  via?: string | false
  /** Changes the fields for the upstream; a client cannot remove fields that it adds (none). */
  requestHeaders?: (headers: Headers, scope: HTTPScope | WebSocketScope) => void
  /** Changes the fields for the client (none). */
  responseHeaders?: (headers: Headers, scope: HTTPScope) => void
  /**
   * Rewrite `Location` below the target to point below the mount (true). With `keepHost`, URLs with the
   * client's host are rewritten too.
   */
  rewriteLocation?: boolean
  /**
   * Forward early hints (103) to HTTP/1.1 clients too (false). Some of these mistake a 103 for the response.
   */
  earlyHints?: boolean
  /** Remove the domain of cookies, and rewrite their path below the target to the mount (false). */
  rewriteCookies?: boolean
  /** The maximum number of connections to the upstream; further requests wait (256). */
  maxConnections?: number
  /** How long an idle connection is kept, in ms (4,000); set it lower than the upstream's timeout. */
  keepAliveTimeoutMs?: number
  /** The longest wait for a connection, a free one included, in ms (5,000; 0: no limit). */
  connectTimeoutMs?: number
  /** The longest time until the head of a response arrives, in ms (60,000; 0: no limit). */
  headTimeoutMs?: number
  /** The longest pause within a response, in ms (60,000; 0: no limit). */
  idleTimeoutMs?: number
  /** The largest websocket message in bytes; a larger one closes the websocket (1,048,576). */
  maxMessageSize?: number
  /** Certificates and keys for https, as in `tls.connect` (those of the system). */
  tls?: SecureContextOptions & { rejectUnauthorized?: boolean; servername?: string }
  /** Called with the reason if an upstream request fails (a line on stderr). */
  onError?: (error: Error, scope: HTTPScope | WebSocketScope) => void
}

/** A proxy app; disposing it closes its idle connections. */
export interface ProxyApp extends App, AsyncDisposable {
  /** Closes all connections to the upstream and aborts running exchanges. Later requests get 503. */
  readonly close: () => Promise<void>
}

/**
 * Forwards requests to an http or https server, and streams both bodies.
 *
 * Below a mount, the target replaces the prefix: `Mount('/api', proxy('http://host/v1'))` sends `/api/users`
 * to `/v1/users`. A path that some parser could resolve to a path outside the target gets 400.
 *
 * If the upstream is unreachable or fails before its head, the answer is 502; if it times out, 504. If it
 * fails later, the response is aborted too. A request is retried only if it is idempotent, has no body, and
 * used a connection that was just being closed.
 *
 * A websocket is forwarded message by message, with the subprotocol that the upstream selects; a denial
 * is passed on.
 *
 * If it is the served app itself, it is closed at shutdown; otherwise call `close()` or use `await using`.
 * Idle connections do not keep the process alive.
 *
 * @throws TypeError if the target is not an http or https URL, or has a query, a fragment or a user.
 * @example
 * await using users = proxy('http://127.0.0.1:3000/v1', { headTimeoutMs: 10_000 })
 * const app = Application({ routes: [Mount('/users', users)] })
 */
export function proxy(target: string | URL, options: ProxyOptions = {}): ProxyApp {
  knownOptions(
    'proxy',
    options,
    'keepHost forwarded trustForwarded via requestHeaders responseHeaders rewriteLocation earlyHints rewriteCookies maxConnections keepAliveTimeoutMs connectTimeoutMs headTimeoutMs idleTimeoutMs maxMessageSize tls onError',
  )
  const base = readBase(target)
  const upstream = upstreamOf(base, options)
  const settings = settingsOf(base, upstream, options)
  const onError = options.onError ?? report
  let closed = false
  const close = async (): Promise<void> => {
    closed = true
    upstream.agent.destroy()
    for (const socket of settings.sockets) socket.terminate()
  }
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'lifespan') {
      return runLifespan(untilClosed(close), app, scope, receive, send)
    }
    if (scope.type !== 'http' && scope.type !== 'websocket') {
      throw new UnsupportedProtocol((scope as Scope).type)
    }
    const tracked = trackStart(send, scope)
    try {
      if (closed) throw new HTTPException(503)
      if (scope.type === 'http')
        await forward(settings, scope, intactReceive(receive), tracked.send)
      else await forwardSocket(settings, scope, receive, tracked.send)
    } catch (error) {
      // The response has started, so it cannot be replaced: the server aborts it.
      if (tracked.started) throw error
      if (error instanceof UpstreamError) callListener('proxy: onError', onError, error, scope)
      await answerException(asAnswer(error), scope, receive, send)
    }
  }
  return Object.assign(app, { close, [Symbol.asyncDispose]: close })
}

function upstreamOf(base: Base, options: ProxyOptions): Upstream {
  const { hostname, port, secure } = base
  const agent = new (secure ? SecureAgent : Agent)({
    keepAlive: true,
    maxSockets: options.maxConnections ?? 256,
    maxFreeSockets: options.maxConnections ?? 256,
    timeout: options.keepAliveTimeoutMs ?? 4_000,
    scheduling: 'lifo',
  })
  // Without it, Node would use the name in the Host field, which may be the client's.
  const servername = isIP(hostname) === 0 ? hostname : ''
  return {
    secure,
    agent,
    connection: { hostname, port, ...(secure ? { servername, ...options.tls } : {}) },
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    headTimeoutMs: options.headTimeoutMs ?? 60_000,
  }
}

function settingsOf(base: Base, upstream: Upstream, options: ProxyOptions): Settings {
  const { via = `stellula-${crypto.randomUUID().slice(0, 8)}` } = options
  return {
    base,
    upstream,
    sockets: new Set(),
    authority: base.authority,
    keepHost: options.keepHost ?? false,
    forwarded: options.forwarded ?? 'x-forwarded',
    trustForwarded: options.trustForwarded ?? false,
    via: via === false ? '' : via,
    requestHeaders: options.requestHeaders,
    responseHeaders: options.responseHeaders,
    rewriteLocation: options.rewriteLocation ?? true,
    rewriteCookies: options.rewriteCookies ?? false,
    earlyHints: options.earlyHints ?? false,
    maxMessageSize: options.maxMessageSize ?? 1_048_576,
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
  }
}

function asAnswer(error: unknown): unknown {
  if (!(error instanceof UpstreamError)) return error
  return new HTTPException(error.status, undefined, { cause: error })
}

function untilClosed(close: () => Promise<void>): () => AsyncGenerator<void, void, void> {
  return async function* () {
    yield
    await close()
  }
}

function report(error: Error, scope: HTTPScope | WebSocketScope): void {
  const method = scope.type === 'http' ? scope.method : 'websocket'
  console.error(`proxy: ${method} ${scope.rawPath}: ${error.message}`)
}
