/** Hands requests to a server elsewhere: a streaming reverse proxy as an app. */

import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { isIP } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { trackStart } from '../errors/boundary.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException, UnsupportedProtocol } from '../exceptions.ts'
import type { Headers } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { tell } from '../internal/tell.ts'
import { runLifespan } from '../lifespan.ts'
import type { App, HTTPScope, Scope, WebSocketScope } from '../types.ts'
import { type Base, readBase } from './proxy/base.ts'
import { type Line, UpstreamError } from './proxy/call.ts'
import { forward, type Settings } from './proxy/forward.ts'
import type { ForwardedFields } from './proxy/forwarded.ts'
import { forwardSocket } from './proxy/sockets.ts'

export type { ForwardedFields } from './proxy/forwarded.ts'

export interface ProxyOptions {
  /** Send the client's Host on, not the target's (false). */
  keepHost?: boolean
  /** Which fields tell the upstream of the client ('x-forwarded'). */
  forwarded?: ForwardedFields
  /** Continue the fields that came, of proxies that you trust; else they are replaced (false). */
  trustForwarded?: boolean
  /**
   * The name in `Via`, by which a request that comes back here is noticed and answered by 508 (a name
   * that is made up); false for none, and no such notice.
   */
  via?: string | false
  /** Changes the fields that go to the upstream; what a client sends cannot take these away (none). */
  requestHeaders?: (headers: Headers, scope: HTTPScope | WebSocketScope) => void
  /** Changes the fields that go to the client (none). */
  responseHeaders?: (headers: Headers, scope: HTTPScope) => void
  /**
   * Let `Location` below the target point below the mount (true). With `keepHost`, URLs of the client's
   * host are those of the target.
   */
  rewriteLocation?: boolean
  /**
   * Pass early hints (103) on to clients of HTTP/1.1 too, some of which take them for the response
   * (false).
   */
  earlyHints?: boolean
  /** Leave the domain of cookies out, and move their path likewise (false). */
  rewriteCookies?: boolean
  /** The most connections to the upstream; further requests wait for one (256). */
  maxConnections?: number
  /** How long an idle connection is kept, in ms (4,000); less than the upstream keeps it. */
  keepAliveTimeoutMs?: number
  /** How long a connection may take, the wait for a free one included, in ms (5,000; 0: no limit). */
  connectTimeoutMs?: number
  /** How long the head of a response may take, in ms (60,000; 0: no limit). */
  headTimeoutMs?: number
  /** How long nothing may come of a response that has begun, in ms (60,000; 0: no limit). */
  idleTimeoutMs?: number
  /** The most bytes of a message of a websocket; a larger one closes it (1,048,576). */
  maxMessageSize?: number
  /** Certificates and keys for https, as in `tls.connect` (those of the system). */
  tls?: SecureContextOptions & { rejectUnauthorized?: boolean; servername?: string }
  /** Told why an upstream did not answer (a line on stderr). */
  onError?: (error: Error, scope: HTTPScope | WebSocketScope) => void
}

/** An app that forwards; its idle connections are closed with it. */
export interface ProxyApp extends App, AsyncDisposable {
  /** Closes all connections to the upstream; what goes on there is cut, and 503 from then on. */
  readonly close: () => Promise<void>
}

/**
 * Sends requests on to an http or https server, and its responses back, both as they come.
 *
 * Below a mount, the target stands for the prefix: `Mount('/api', proxy('http://host/v1'))` sends
 * `/api/users` to `/v1/users`. A path that any reader could take out of the target is answered by 400.
 *
 * An upstream that cannot be reached, or breaks off before its head, is 502; one that takes too long
 * is 504; one that breaks off later cuts our response too. Nothing is sent twice, but for a request
 * without a body and with an idempotent method that met a connection as it was closed.
 *
 * A websocket is forwarded message by message, under the subprotocol that the upstream chooses; its
 * refusal is passed on.
 *
 * Served on its own, it is closed at shutdown; else by `close()`, or `await using`. An idle
 * connection keeps no process alive.
 *
 * @throws TypeError for a target that is no http or https URL, or has a query, a fragment or a user.
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
  const line = lineTo(base, options)
  const settings = settingsOf(base, line, options)
  const onError = options.onError ?? report
  let closed = false
  const close = async (): Promise<void> => {
    closed = true
    line.agent.destroy()
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
      if (scope.type === 'http') await forward(settings, scope, receive, tracked.send)
      else await forwardSocket(settings, scope, receive, tracked.send)
    } catch (error) {
      // Too late for an answer: the server cuts what was sent.
      if (tracked.started) throw error
      if (error instanceof UpstreamError) tell('proxy: onError', onError, error, scope)
      await answerException(asAnswer(error), scope, receive, send)
    }
  }
  return Object.assign(app, { close, [Symbol.asyncDispose]: close })
}

function lineTo(base: Base, options: ProxyOptions): Line {
  const { hostname, port, secure } = base
  const agent = new (secure ? SecureAgent : Agent)({
    keepAlive: true,
    maxSockets: options.maxConnections ?? 256,
    maxFreeSockets: options.maxConnections ?? 256,
    timeout: options.keepAliveTimeoutMs ?? 4_000,
    scheduling: 'lifo',
  })
  // Else Node would take the name from the Host field, which may be the client's.
  const servername = isIP(hostname) === 0 ? hostname : ''
  return {
    secure,
    agent,
    connection: { hostname, port, ...(secure ? { servername, ...options.tls } : {}) },
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    headTimeoutMs: options.headTimeoutMs ?? 60_000,
  }
}

function settingsOf(base: Base, line: Line, options: ProxyOptions): Settings {
  const { via = `stellula-${crypto.randomUUID().slice(0, 8)}` } = options
  return {
    base,
    line,
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
