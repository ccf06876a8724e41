/** Makes the scopes of fetch requests. */
import { indexOfName } from '../../http/headers.ts'
import { ASGI, type ServerScope } from '../../protocol/scope.ts'
import type { Target } from '../../protocol/target.ts'
import type { App, HeaderList, Scope, ServerAddress, State, WebSocketScope } from '../../types.ts'
import { putClient } from './info.ts'
import type { FileBody } from './response.ts'

/** An open exchange or websocket. */
export interface Open {
  readonly kind: 'exchange' | 'websocket'
  /** Called once, when the server begins to close. */
  drain(): void
  /** Aborts it: its body ends with an error, or its websocket is closed. Its app gets a disconnect. */
  cut(): void
}

/** Serves the websockets of a handler; made by `webSockets()`. */
export interface WebSockets {
  /** Returns the response to a websocket handshake; undefined for other requests. */
  readonly answer: (service: Service, read: Read) => Promise<globalThis.Response> | undefined
}

/** The app, settings and callbacks of a handler. */
export interface Service {
  readonly app: App
  readonly rootPath: string
  readonly server: ServerAddress | null
  state: State | undefined
  /** How the runtime makes websockets; undefined if it does not. */
  readonly upgrade: WebSockets | undefined
  /** How the runtime makes a body from a file; undefined if it does not. */
  readonly file?: FileBody | undefined
  /** The largest websocket message, in bytes. */
  readonly maxMessageSize: number
  /** Called when an app has not ended with its call, background work included. */
  readonly begin: (one: Open) => void
  readonly end: (one: Open) => void
  /** Whether the server has begun to close. */
  draining?: boolean
  /** Never throws. */
  readonly onError: (error: unknown, scope: Scope) => void
}

/** The arguments after the request, from the runtime. */
export type RuntimeArguments = readonly [info: unknown, context: unknown]

/** A request with its parsed target and fields. */
export interface Read {
  readonly request: globalThis.Request
  readonly args: RuntimeArguments
  readonly target: Target
  readonly headers: HeaderList
}

const FILES = Object.freeze({ 'http.response.pathsend': Object.freeze({}) })

/**
 * Whether the request has a range. A runtime that sends files would answer it itself, by other rules than the
 * app.
 */
function hasRange(headers: readonly string[]): boolean {
  return indexOfName(headers, 'range') >= 0
}

/** Makes the scope of a request. */
export function buildScope(
  { rootPath, server, state, file }: Service,
  { request, args: [info, context], target, headers }: Read,
  onDisconnect: (listener: () => void) => void,
  onDraining?: (listener: () => void) => void,
): ServerScope {
  const { path, rawPath, queryString } = target
  const extension = { request, info, context }
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
      file === undefined || hasRange(headers)
        ? { fetch: extension }
        : { ...FILES, fetch: extension },
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

/** Makes the scope of a websocket handshake; the session sets `onDisconnect`. */
export function buildWebSocketScope(
  service: Service,
  read: Read,
  subprotocols: readonly string[],
): WebSocketScope {
  const withoutFiles = { ...service, file: undefined }
  const { method, extensions, onDraining, ...rest } = buildScope(withoutFiles, read, () => {})
  return {
    ...rest,
    type: 'websocket',
    scheme: rest.scheme === 'https' ? 'wss' : 'ws',
    onDisconnect: undefined,
    subprotocols,
    extensions: { ...extensions, 'websocket.http.response': {} },
  }
}
