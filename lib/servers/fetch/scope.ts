/** Makes the scopes of fetch requests. */
import { indexOfName } from '../../http/headers.ts'
import { ASGI, type ServerScope } from '../../protocol/scope.ts'
import type { Target } from '../../protocol/target.ts'
import type { App, HeaderList, Scope, ServerAddress, State, WebSocketScope } from '../../types.ts'
import { putClient } from './info.ts'
import type { FileBody } from './response.ts'

/** An exchange or a websocket that goes on. */
export interface Open {
  readonly kind: 'exchange' | 'websocket'
  /** The server begins to close; told once. */
  drain(): void
  /** Ends it: its body breaks off, or its websocket is closed; its app is told that the client has gone. */
  cut(): void
}

/** What serves the websockets of a handler; `webSockets()` makes one. */
export interface WebSockets {
  /** The response to a request for a websocket; undefined for other requests. */
  readonly answer: (service: Service, read: Read) => Promise<globalThis.Response> | undefined
}

/** What a handler does with its requests. */
export interface Service {
  readonly app: App
  readonly rootPath: string
  readonly server: ServerAddress | null
  state: State | undefined
  /** How the runtime makes websockets; undefined where it does not. */
  readonly upgrade: WebSockets | undefined
  /** How the runtime makes a body of a file; undefined where it does not. */
  readonly file?: FileBody | undefined
  /** The most bytes of a message on a websocket. */
  readonly maxMessageSize: number
  /** Told of apps that take longer than their call, background work included. */
  readonly begin: (one: Open) => void
  readonly end: (one: Open) => void
  /** Whether the server has begun to close. */
  draining?: boolean
  /** Never throws. */
  readonly onError: (error: unknown, scope: Scope) => void
}

/** What came with a request: the arguments behind it, as the runtime gave them. */
export type Came = readonly [info: unknown, context: unknown]

/** A request whose target and fields were read. */
export interface Read {
  readonly request: globalThis.Request
  readonly came: Came
  readonly target: Target
  readonly headers: HeaderList
}

const FILES = Object.freeze({ 'http.response.pathsend': Object.freeze({}) })

/** A runtime that sends files would answer ranges by itself, by other rules than the app. */
function hasRange(headers: readonly string[]): boolean {
  return indexOfName(headers, 'range') >= 0
}

/** The scope of a request whose target and fields were read. */
export function buildScope(
  { rootPath, server, state, file }: Service,
  { request, came: [info, context], target, headers }: Read,
  onDisconnect: (listener: () => void) => void,
  onDraining?: (listener: () => void) => void,
): ServerScope {
  const { path, rawPath, queryString } = target
  const came = { request, info, context }
  const scope: ServerScope = {
    type: 'http',
    asgi: ASGI,
    httpVersion: '1.1',
    method: request.method,
    scheme: request.url.startsWith('https:') ? 'https' : 'http',
    path: rootPath + path,
    rawPath: rootPath + rawPath,
    queryString,
    rootPath,
    headers,
    client: null,
    server,
    extensions:
      file === undefined || hasRange(headers) ? { fetch: came } : { ...FILES, fetch: came },
    onDisconnect,
    onDraining,
    state: state === undefined ? undefined : { ...state },
    appRootPath: undefined,
    app: undefined,
    router: undefined,
    mountPath: undefined,
    route: undefined,
    endpoint: undefined,
    pathParams: undefined,
    exceptionHandlers: undefined,
    settings: undefined,
    maxBodySize: undefined,
    bodyLimit: undefined,
    session: undefined,
    user: undefined,
    auth: undefined,
    outcome: undefined,
    overrides: undefined,
    transport: undefined,
  }
  putClient(scope, request, info)
  return scope
}

/** The scope of a request that asks for a websocket; the session sets `onDisconnect`. */
export function buildWebSocketScope(
  service: Service,
  read: Read,
  subprotocols: readonly string[],
): WebSocketScope {
  const asked = { ...service, file: undefined }
  const { method, extensions, onDraining, ...rest } = buildScope(asked, read, () => {})
  return {
    ...rest,
    type: 'websocket',
    scheme: rest.scheme === 'https' ? 'wss' : 'ws',
    onDisconnect: undefined,
    subprotocols,
    extensions: { ...extensions, 'websocket.http.response': {} },
  }
}
