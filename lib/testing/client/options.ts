/** Options of a test client: for all requests, for one, and for a websocket. */
import type { Override } from '../../dependencies.ts'
import type { HeadersInit } from '../../http/headers.ts'
import type { LifespanMode } from '../../lifespan/start.ts'
import type { Address, HTTPScope, WebSocketScope } from '../../types.ts'

export interface TestClientOptions {
  /** The base of relative URLs, including its path ('http://testserver'). */
  baseUrl?: string
  /** Throw the app's errors instead of returning its 500 (true). */
  raiseServerExceptions?: boolean
  /** Follow redirects (true). */
  followRedirects?: boolean
  /** Fields for every request (none). */
  headers?: HeadersInit
  /** Initial cookies by name (none). */
  cookies?: Readonly<Record<string, string>>
  /** The client address that the app sees ({ host: 'testclient', port: 50000 }). */
  client?: Address | null
  /** The root path of the scope (''). */
  rootPath?: string
  /** Whether to run the lifespan ('auto'). */
  lifespan?: LifespanMode
  /** What takes the place of dependencies, everywhere in the app (none). */
  overrides?: readonly Override[]
  /** Check every message against the contract (true). */
  lint?: boolean
}

export interface TestRequestOptions {
  headers?: HeadersInit
  /** Text, bytes, a form, or a stream, which is sent in chunks. */
  body?: RequestInit['body'] | AsyncIterable<string | Uint8Array> | null
  /** A value to send as JSON instead of a body. */
  json?: unknown
  /** Disconnects when it aborts, as a client that closes its connection. */
  signal?: AbortSignal
  /** Overrides the client's setting. */
  followRedirects?: boolean
  /** Keys to set in the scope, for what a URL cannot express. */
  scope?: Partial<HTTPScope>
}

export interface TestWebSocketOptions {
  /** The offered subprotocols, in order of preference (none). */
  subprotocols?: readonly string[]
  headers?: HeadersInit
  /** Milliseconds that each wait may take, so that tests do not hang (5000). */
  timeout?: number
  /** Keys to set in the scope, for what a URL cannot express. */
  scope?: Partial<WebSocketScope>
}
