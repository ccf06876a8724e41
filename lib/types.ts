/**
 * The contract between a server, middleware and an app: every scope key and every message, with the part
 * that sets it and the meaning of its absence. It follows ASGI 3.0 (HTTP and WebSocket 2.5, lifespan 2.0)
 * with keys in camelCase; message types are ASGI's own strings. `lint()` from `stellula/lint` checks all
 * of it.
 *
 * The keys of ASGI are in `types/scopes.ts`, the keys that this package adds in `types/keys.ts`, and the
 * keys for servers only in `types/servers.ts`. Put your own keys into `scope.state`.
 */

import type {
  ConnectionKeys,
  HTTPKeys,
  ScopeOutcome as Outcome,
  WebSocketKeys,
} from './types/keys.ts'
import type {
  HTTPReceiveMessage,
  LifespanReceiveMessage,
  WebSocketReceiveMessage,
} from './types/messages.ts'
import type { ASGIConnection, ASGIHTTP, ASGIWebSocket, LifespanScope } from './types/scopes.ts'
import type { Send, ServerOnlyKeys } from './types/servers.ts'

export type {
  Auth,
  BodyLimit,
  ConnectionKeys,
  Failure,
  FoundDependencies,
  HTTPKeys,
  MergedSettings,
  User,
  WebSocketKeys,
} from './types/keys.ts'
export type * from './types/messages.ts'
export type {
  Address,
  ASGIConnection,
  ASGIHTTP,
  ASGIWebSocket,
  Extensions,
  LifespanScope,
  ServerAddress,
  State,
  TLSExtension,
} from './types/scopes.ts'
export type { Send, SendMessage, ServerOnlyKeys, Transport } from './types/servers.ts'

/**
 * An app. It is called once per connection, and its promise resolves when it has finished with the
 * connection. An app throws `UnsupportedProtocol` for a scope type that it does not serve. By that a
 * server distinguishes an app without a lifespan from a failed start.
 */
export type App = (scope: Scope, receive: Receive, send: Send) => Promise<void>

/** A middleware: takes an app, and returns an app that does more. */
export type Middleware = (app: App) => App

/** A middleware whose functions read the state of the application around it. */
export interface StateMiddleware<State> extends Middleware {
  /** Never set. By its type `Application` checks that its lifespan yields this state. */
  readonly reads?: (state: State) => void
}

/** Returns the next message from the client. Nothing is read before it is called. */
export type Receive = () => Promise<ReceiveMessage>

/** Any message that an app receives. */
export type ReceiveMessage = HTTPReceiveMessage | WebSocketReceiveMessage | LifespanReceiveMessage

/**
 * The promise that `send` may return if nothing remains to be done for the message. It is always the same
 * promise. A caller that gets it may continue without awaiting it.
 */
export const SENT: Promise<void> = Promise.resolve()

/** What an app is told about its connection, or about the lifespan of its server. */
export type Scope = HTTPScope | WebSocketScope | LifespanScope

/** The keys that http and websocket scopes share. */
export interface ConnectionScope extends ASGIConnection, ConnectionKeys<App>, ServerOnlyKeys {}

/** The scope of an HTTP request. */
export interface HTTPScope extends ASGIHTTP, HTTPKeys, ConnectionKeys<App>, ServerOnlyKeys {}

/** The scope of a websocket. */
export interface WebSocketScope
  extends ASGIWebSocket,
    WebSocketKeys,
    ConnectionKeys<App>,
    ServerOnlyKeys {}

/** How a connection was served, for outer middleware, which may have an older copy of the scope. */
export type ScopeOutcome = Outcome<App>
