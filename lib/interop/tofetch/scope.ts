/** Makes the scopes of fetch requests. */
import type { Target } from '../../servers/target.ts'
import type {
  App,
  HeaderList,
  HTTPScope,
  Scope,
  ServerAddress,
  State,
  WebSocketScope,
} from '../../types.ts'
import { putClient } from './info.ts'
import type { Upgrade } from './sockets.ts'

/** An exchange or a websocket that goes on. */
export interface Open {
  readonly kind: 'exchange' | 'websocket'
  /** The server begins to close; told once. */
  drain(): void
  /** Ends it: its body breaks off, or its websocket is closed; its app is told that the client has gone. */
  cut(): void
}

/** What a handler does with its requests. */
export interface Service {
  readonly app: App
  readonly rootPath: string
  readonly server: ServerAddress | null
  state: State | undefined
  /** How the runtime makes websockets; undefined where it does not. */
  readonly upgrade: Upgrade | undefined
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

const ASGI = Object.freeze({ version: '3.0', specVersion: '2.5' } as const)

/** Every key that routing may set is there from the start, as under `serve()`. */
export function buildScope(
  { rootPath, server, state }: Service,
  { request, came: [info, context], target, headers }: Read,
  onDisconnect: (listener: () => void) => void,
  onDraining?: (listener: () => void) => void,
): HTTPScope {
  const { path, rawPath, queryString } = target
  const scope: HTTPScope = {
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
    extensions: { fetch: { request, info, context } },
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
    maxBodySize: undefined,
    bodyLimit: undefined,
    outcome: undefined,
  }
  putClient(scope, request, info)
  return scope
}

/** The scope of a request that asks for a websocket; whoever takes it sets `onDisconnect`. */
export function buildWebSocketScope(
  service: Service,
  read: Read,
  subprotocols: readonly string[],
): WebSocketScope {
  const { method, extensions, onDraining, ...rest } = buildScope(service, read, () => {})
  return {
    ...rest,
    type: 'websocket',
    scheme: rest.scheme === 'https' ? 'wss' : 'ws',
    onDisconnect: undefined,
    subprotocols,
    extensions: { ...extensions, 'websocket.http.response': {} },
  }
}
