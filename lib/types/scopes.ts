/** The scope keys of ASGI, which describe a connection. The server sets all of them. */
import type { HeaderList } from './messages.ts'

/** The address of one end of a connection. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** The address on which a server listens. A unix socket has its path as host, and no port. */
export interface ServerAddress {
  readonly host: string
  readonly port: number | null
}

/** The state that the lifespan yielded. Each connection gets a shallow copy. */
export type State = Record<string, unknown>

/**
 * Optional features of a server by name. A feature that is absent cannot be used. A server may put the
 * same object into all its scopes, so it is frozen: to change it, put another object into the scope.
 */
export interface Extensions {
  /** The server supports `http.response.trailers` messages. */
  readonly 'http.response.trailers'?: Readonly<Record<string, never>>
  /** The server supports `http.response.early_hint` messages. */
  readonly 'http.response.early_hint'?: Readonly<Record<string, never>>
  /** The server supports `http.response.pathsend` messages. */
  readonly 'http.response.pathsend'?: Readonly<Record<string, never>>
  /** The test client reads `http.response.debug` messages. */
  readonly 'http.response.debug'?: Readonly<Record<string, never>>
  /** An app may refuse a handshake with `websocket.http.response.start` and `.body`. */
  readonly 'websocket.http.response'?: Readonly<Record<string, never>>
  /** The properties of a TLS connection; absent for other connections. */
  readonly tls?: TLSExtension
  readonly [name: string]: unknown
}

/** The properties of a TLS connection. */
export interface TLSExtension {
  /** The server's certificate as PEM, or null if it has none. */
  readonly serverCert: string | null
  /** The subject of the client's certificate (RFC 4514), or null if it sent none. */
  readonly clientCertName: string | null
  /** The client's certificate and its issuers as PEM; empty if it sent none. */
  readonly clientCertChain: readonly string[]
  /**
   * The reason, as a code of OpenSSL, why the client's certificate is not trusted. Null if it is trusted,
   * or if the client sent none.
   */
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
  /** The request target without its query, percent-decoded once. It includes the prefixes of mounts. */
  path: string
  /** The path as the client sent it. */
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
  /** The address on which the server listens, or null if it is not known. */
  readonly server: ServerAddress | null
  /** A shallow copy of the lifespan's state; absent if the server has no lifespan. */
  state?: State | undefined
  /**
   * The features of the server (none if absent). A middleware that removes one puts another object here.
   */
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

/** The scope for the start and the stop of a server. */
export interface LifespanScope {
  readonly type: 'lifespan'
  readonly asgi: { readonly version: '3.0'; readonly specVersion: string }
  /** Filled by the app during startup; absent if the server keeps no state. */
  state?: State
  /**
   * The replacements of the application's dependencies, as in the scopes of connections. It is not a key
   * of ASGI.
   */
  overrides?: ReadonlyMap<object, object> | undefined
}
