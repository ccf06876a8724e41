/**
 * The contract between a server, middleware and an app: every scope key and every message, with
 * who sets it and what it means when it is absent. It follows ASGI 3.0 (HTTP and WebSocket 2.5,
 * lifespan 2.0) with keys in camelCase; message types are ASGI's own strings. `lint()` from
 * `stellula/lint` checks everything that is written here.
 */

import type {
  HeaderList,
  HTTPReceiveMessage,
  HTTPSendMessage,
  LifespanReceiveMessage,
  LifespanSendMessage,
  WebSocketReceiveMessage,
  WebSocketSendMessage,
} from './types/messages.ts'

export type * from './types/messages.ts'

/**
 * The one noun: called once per connection, finished when that connection is done with.
 * An app that does not know a scope type throws `UnsupportedProtocol`, so that a server can tell
 * "no lifespan" from a failed start.
 */
export type App = (scope: Scope, receive: Receive, send: Send) => Promise<void>

/** The one verb: takes an app and returns an app that does something more. */
export type Middleware = (app: App) => App

/** A middleware whose functions read the state of the application around it. */
export interface StateMiddleware<State> extends Middleware {
  /** Phantom, never set: lets `Application` check that its lifespan yields this state. */
  readonly reads?: (state: State) => void
}

/** Waits for the next message from the client. Nothing is read before somebody asks. */
export type Receive = () => Promise<ReceiveMessage>

/**
 * Hands a message to the client; resolves when it is accepted and the connection wants more.
 * Rejects with `ClientDisconnected` once the client is gone and with `ProtocolError` when the
 * message has no place at this point.
 */
export type Send = (message: SendMessage) => Promise<void>

/**
 * What `send` may return, always the same promise, for a message that is dealt with already.
 * Whoever gets it may go on without waiting; whoever awaits it is right too.
 */
export const SENT: Promise<void> = Promise.resolve()

export type Scope = HTTPScope | WebSocketScope | LifespanScope
export type ReceiveMessage = HTTPReceiveMessage | WebSocketReceiveMessage | LifespanReceiveMessage
export type SendMessage = HTTPSendMessage | WebSocketSendMessage | LifespanSendMessage

/** Where a connection comes from or goes to. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Where a server listens; a unix socket has its path as host, and no port. */
export interface ServerAddress {
  readonly host: string
  readonly port: number | null
}

/** What the lifespan yielded; each connection gets a shallow copy. */
export type State = Record<string, unknown>

/** Who a connection is from; classes of your own add to it. */
export interface User {
  readonly isAuthenticated: boolean
  /** A name to show, or `''`. */
  readonly displayName: string
}

/** What a user may do, and what a token says. */
export interface Auth {
  readonly scopes: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
}

/**
 * Optional powers of a server by name; one that is absent cannot be used. A server may give the same
 * object to all its scopes, so it is frozen: who changes it puts another one into the scope.
 */
export interface Extensions {
  /** `http.response.trailers` messages are understood. */
  readonly 'http.response.trailers'?: Readonly<Record<string, never>>
  /** `http.response.early_hint` messages are understood. */
  readonly 'http.response.early_hint'?: Readonly<Record<string, never>>
  /** `http.response.pathsend` messages are understood. */
  readonly 'http.response.pathsend'?: Readonly<Record<string, never>>
  /** `http.response.debug` messages are understood: a test client listens. */
  readonly 'http.response.debug'?: Readonly<Record<string, never>>
  /** A refused handshake may be answered by `websocket.http.response.start` and `.body`. */
  readonly 'websocket.http.response'?: Readonly<Record<string, never>>
  readonly [name: string]: unknown
}

/**
 * The limit of a request body, one object for all who keep to it: `bodyLimit()` makes it, and changes
 * its `maxSize` where there is one already, since what is nearer to the handler knows better. Copies of
 * the scope share it.
 */
export interface BodyLimit {
  /** In bytes; Infinity means no limit. */
  maxSize: number
}

/** What http and websocket scopes share. */
export interface ConnectionScope {
  readonly asgi: { readonly version: '3.0'; readonly specVersion: string }
  /** `'1.0'`, `'1.1'` or `'2'`; set by the server. */
  readonly httpVersion: string
  /** `http` or `https`, `ws` or `wss`; set by the server, from the connection itself. */
  scheme: string
  /** The target without its query, percent-decoded once by the server, mount prefixes included. */
  path: string
  /** The path as it came on the wire. */
  rawPath: string
  /** What follows the `?`, undecoded, or `''`. */
  queryString: string
  /** The prefix of `path` that mounts and the server have dealt with; routers read what follows. */
  rootPath: string
  /**
   * All header fields in wire order, duplicates kept, names lower-case. The list itself never changes:
   * a middleware that changes a field puts another list here, or into a copy of the scope.
   */
  headers: HeaderList
  /** The peer, or null for a unix socket. */
  client: Address | null
  /** The address the server listens on, or null when it is not known. */
  readonly server: ServerAddress | null
  /** A shallow copy of the lifespan's state; absent when the server has no lifespan. */
  state?: State | undefined
  /** Absent means none; a middleware that takes one away puts another object here. */
  extensions?: Extensions

  /** `rootPath` before the first mount changed it; set by the first Mount or Host. */
  appRootPath?: string | undefined
  /** The innermost application; set by `Application`. */
  app?: App | undefined
  /** The outermost router; set by `Router`. */
  router?: App | undefined
  /** The paths of all mounts so far, as they are written; set by routing. */
  mountPath?: string | undefined
  /** The route that matched last; set by routing, for loggers outside. */
  route?: App | undefined
  /** The app or handler behind the route that matched last; set by routing. */
  endpoint?: unknown
  /** Converted parameters of every path and host matched so far; set by routing. */
  pathParams?: Record<string, unknown> | undefined
  /** How to answer thrown errors; set by `exceptions()`, read where handlers are called. */
  exceptionHandlers?: unknown
  /** What is kept of this visitor; set by `sessions()`, read as `request.session`. */
  session?: unknown
  /** The most bytes a request body may have (10 MB when absent); set by `bodyLimit()`. */
  maxBodySize?: number | undefined
  /** What every `bodyLimit()` around the app keeps to; the nearest one to the app sets it. */
  bodyLimit?: BodyLimit | undefined
  /** Who the connection is from, and what for; set together by the middleware that authenticates. */
  user?: User | undefined
  auth?: Auth | undefined
  /**
   * Told that no route matches, or no file is there, before that is answered; set by a host that has
   * others to ask, and that drops this answer. Absent means that the answer is the answer.
   */
  onUnmatched?: (() => void) | undefined
  /**
   * What is known so far of how the connection was served; one object, which all copies of the scope
   * share. Set by `errors()`, loggers or routing, whichever comes first.
   */
  outcome?: ScopeOutcome | undefined
  /**
   * The server's own end of an http exchange, for who may be the only one around it; set by a server,
   * absent when it has nothing to tell.
   */
  transport?: Transport | undefined
}

/** How a connection was served, for middleware outside that may hold an older copy of the scope. */
export interface ScopeOutcome {
  /** The route that matched last. */
  route?: App
  /** The app or handler behind that route. */
  endpoint?: unknown
  /** The path of that route as it is written, behind those of the mounts around it. */
  template?: string
  /** The bug that a 500 answers, set before that 500 starts. */
  error?: unknown
}

export interface HTTPScope extends ConnectionScope {
  readonly type: 'http'
  /** Upper-case, as sent. */
  method: string
  /**
   * Calls the listener once when the client has gone before the response was complete, at once
   * when it has gone already; set by the server, absent when it cannot tell.
   * An addition to ASGI, where a disconnect shows only to whoever takes the body too.
   */
  onDisconnect?: ((listener: () => void) => void) | undefined
  /**
   * Calls the listener once when the server begins to close before the app has ended, at once when it
   * has begun already; set by the server, absent when it cannot tell. An addition to ASGI.
   */
  onDraining?: ((listener: () => void) => void) | undefined
}

/** What a server knows of an exchange, as long as nobody has put a `send` of his own before it. */
export interface Transport {
  /** The server's `send`: who was given another one stands behind somebody who looks at messages. */
  readonly send: Send
  /** Whether the response has been begun, by whomever. */
  readonly started: boolean
  /**
   * Takes an error that came after the app's promise had settled, and gives it to the server's
   * `onError`; absent when the server has none.
   */
  report?(error: unknown): void
}

export interface WebSocketScope extends ConnectionScope {
  readonly type: 'websocket'
  /** What the client offered, in its order. */
  readonly subprotocols: readonly string[]
  /**
   * Calls the listener once when the peer has closed the socket or is gone, at once when that has
   * happened already, whatever has not been received by then; set by the server, absent when it cannot
   * tell. An addition to ASGI, where it shows only to whoever receives all messages before it.
   */
  onDisconnect?: ((listener: () => void) => void) | undefined
}

export interface LifespanScope {
  readonly type: 'lifespan'
  readonly asgi: { readonly version: '3.0'; readonly specVersion: string }
  /** Filled by the app during startup; absent when the server keeps no state. */
  state?: State
}
