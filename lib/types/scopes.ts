/** The scope keys of ASGI: what a server tells of a connection. All of them are set by the server. */
import type { HeaderList } from './messages.ts'

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

/**
 * Optional powers of a server by name; one that is absent cannot be used. A server may give the same
 * object to all its scopes, so it is frozen: to change it, put another object into the scope.
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
  /** The connection is over TLS; absent on any other. */
  readonly tls?: TLSExtension
  readonly [name: string]: unknown
}

/** What a server tells of a TLS connection. */
export interface TLSExtension {
  /** The server's certificate as PEM, or null if it showed none. */
  readonly serverCert: string | null
  /** The subject of the client's certificate (RFC 4514), or null if it showed none. */
  readonly clientCertName: string | null
  /** The client's certificate and its issuers as PEM; empty if it showed none. */
  readonly clientCertChain: readonly string[]
  /** Why the client's certificate is not trusted, as a code of OpenSSL; null if it is, or without a certificate. */
  readonly clientCertError: string | null
  /** The version on the wire: 0x0303 is TLS 1.2, 0x0304 is TLS 1.3; null if it is not known. */
  readonly tlsVersion: number | null
  /** The number of the cipher suite, such as 0x1301; null if it is not known. */
  readonly cipherSuite: number | null
}

/** The keys that http and websocket scopes share in ASGI. */
export interface ASGIConnection {
  readonly asgi: { readonly version: '3.0'; readonly specVersion: string }
  /** `'1.0'`, `'1.1'` or `'2'`. */
  readonly httpVersion: string
  /** `http` or `https`, `ws` or `wss`; from the connection itself. */
  scheme: string
  /** The target without its query, percent-decoded once, mount prefixes included. */
  path: string
  /** The path as it came on the wire. */
  rawPath: string
  /** The text after the `?`, undecoded, or `''`. */
  queryString: string
  /** The prefix of `path` that the server and mounts have consumed; routers read the rest. */
  rootPath: string
  /**
   * All header fields in wire order, duplicates kept, names lower-case. The list itself never changes:
   * a middleware that changes a field puts another list here, or into a copy of the scope.
   */
  headers: HeaderList
  /** The peer, or null for a unix socket. */
  client: Address | null
  /** The address the server listens on, or null if it is not known. */
  readonly server: ServerAddress | null
  /** A shallow copy of the lifespan's state; absent if the server has no lifespan. */
  state?: State | undefined
  /** Absent means none; a middleware that takes one away puts another object here. */
  extensions?: Extensions
}

/** The keys of an http scope in ASGI. */
export interface ASGIHTTP extends ASGIConnection {
  readonly type: 'http'
  /** Upper-case, as sent. */
  method: string
}

/** The keys of a websocket scope in ASGI. */
export interface ASGIWebSocket extends ASGIConnection {
  readonly type: 'websocket'
  /** The subprotocols that the client offers, in its order. */
  readonly subprotocols: readonly string[]
}

export interface LifespanScope {
  readonly type: 'lifespan'
  readonly asgi: { readonly version: '3.0'; readonly specVersion: string }
  /** Filled by the app during startup; absent if the server keeps no state. */
  state?: State
  /** As for connections, for the dependencies of the application; no key of ASGI. */
  overrides?: ReadonlyMap<object, object> | undefined
}
