/** Options of a test client: for all requests, for one, and for a websocket. */
import type { Override } from '../../dependencies.ts'
import type { HeadersInit } from '../../http/headers.ts'
import type { LifespanMode } from '../../lifespan/start.ts'
import type { Address, HTTPScope, WebSocketScope } from '../../types.ts'

/** Credentials of basic authentication, or a bearer token. */
export type TestAuth =
  | { readonly username: string; readonly password: string }
  | { readonly bearer: string }

export interface TestClientOptions {
  /** The base URL of relative URLs, including its path ('http://testserver'). */
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
  /** Overrides of dependencies, everywhere in the app (none). */
  overrides?: readonly Override[]
  /** Check every message against the contract (true). */
  lint?: boolean
  /** The `Authorization` of requests to the origin of the base URL, unless they have one (none). */
  auth?: TestAuth
  /** Milliseconds that a request waits for its response. It does not limit the rest of a stream (unlimited). */
  timeout?: number
  /** Record messages in `response.messages` of requests and `socket.messages` of websockets (false). */
  record?: boolean
}

export interface TestRequestOptions {
  /** Header fields, which replace those of the client by name (none). */
  headers?: HeadersInit
  /** Text, bytes, a form, or a stream, which is sent in chunks (none). */
  body?: RequestInit['body'] | AsyncIterable<string | Uint8Array> | null
  /** A value to send as JSON instead of a body (none). */
  json?: unknown
  /** When it aborts, the client disconnects (none). */
  signal?: AbortSignal
  /** Follow redirects (the client's setting). */
  followRedirects?: boolean
  /** Keys to set in the scope, such as keys that a URL cannot express (none). */
  scope?: Partial<HTTPScope>
  /** The `Authorization`, which does not follow a redirect to another origin (the client's). */
  auth?: TestAuth
  /** Send and keep the client's cookies (true). */
  cookies?: boolean
  /** Milliseconds that the request waits for its response (the client's setting). */
  timeout?: number
  /** Keep the messages in `response.messages` (the client's setting). */
  record?: boolean
}

export interface TestWebSocketOptions {
  /** The offered subprotocols, in order of preference (none). */
  subprotocols?: readonly string[]
  /** Header fields of the handshake, which replace those of the client by name (none). */
  headers?: HeadersInit
  /** The maximum milliseconds of each wait, so a test does not hang (5000). */
  timeout?: number
  /** Keys to set in the scope, such as keys that a URL cannot express (none). */
  scope?: Partial<WebSocketScope>
  /** Keep the messages in `socket.messages` (the client's setting). */
  record?: boolean
}
