/** What a test client can be told: for all requests, for one, and for a websocket. */
import type { HeadersInit } from '../../http/headers.ts'
import type { LifespanMode } from '../../lifespan/start.ts'
import type { Address, HTTPScope, WebSocketScope } from '../../types.ts'

export interface TestClientOptions {
  /** What URLs begin with, its path included, unless they are absolute ('http://testserver'). */
  baseUrl?: string
  /** Throw what the app throws, instead of seeing its 500 (true). */
  raiseServerExceptions?: boolean
  /** Follow redirects (true). */
  followRedirects?: boolean
  /** Fields for every request (none). */
  headers?: HeadersInit
  /** Cookies to begin with, by name (none). */
  cookies?: Readonly<Record<string, string>>
  /** The address that the app sees ({ host: 'testclient', port: 50000 }). */
  client?: Address | null
  /** The prefix that the app sees as dealt with (''). */
  rootPath?: string
  /** Whether the lifespan is run ('auto'). */
  lifespan?: LifespanMode
  /** Check every message against the contract (true). */
  lint?: boolean
}

export interface TestRequestOptions {
  headers?: HeadersInit
  /** Text, bytes, a form, or a stream, which is sent in chunks. */
  body?: RequestInit['body'] | AsyncIterable<string | Uint8Array> | null
  /** A value to send as JSON instead of a body. */
  json?: unknown
  /** Goes away when it aborts, as a client that closes its connection. */
  signal?: AbortSignal
  /** Instead of the client's setting. */
  followRedirects?: boolean
  /** Keys to put into the scope as they are, for what no URL can say. */
  scope?: Partial<HTTPScope>
}

export interface TestWebSocketOptions {
  /** What to offer, the one that is liked best first (none). */
  subprotocols?: readonly string[]
  headers?: HeadersInit
  /** Milliseconds that whatever is waited for may take, so that no test hangs (5000). */
  timeout?: number
  /** Keys to put into the scope as they are, for what no URL can say. */
  scope?: Partial<WebSocketScope>
}
