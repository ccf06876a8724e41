/** Makes the scopes of fetch requests. */
import type { Target } from '../../servers/target.ts'
import type {
  App,
  ConnectionScope,
  HeaderList,
  HTTPScope,
  Scope,
  ServerAddress,
  State,
  WebSocketScope,
} from '../../types.ts'
import { clientOf } from './info.ts'
import type { Upgrade } from './sockets.ts'

/** An exchange or a websocket that goes on. */
export interface Open {
  readonly kind: 'exchange' | 'websocket'
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

const ASGI = { version: '3.0', specVersion: '2.5' } as const

export function buildScope(
  service: Service,
  read: Read,
  onDisconnect: (listener: () => void) => void,
): HTTPScope {
  const { request } = read
  const scheme = isSecure(request) ? 'https' : 'http'
  return {
    type: 'http',
    method: request.method,
    onDisconnect,
    ...connection(service, read, scheme),
  }
}

export function buildWebSocketScope(
  service: Service,
  read: Read,
  subprotocols: readonly string[],
): WebSocketScope {
  const scheme = isSecure(read.request) ? 'wss' : 'ws'
  const { extensions, ...rest } = connection(service, read, scheme)
  const offered = { ...extensions, 'websocket.http.response': {} }
  return { type: 'websocket', subprotocols, ...rest, extensions: offered }
}

function isSecure({ url }: globalThis.Request): boolean {
  return url.startsWith('https:')
}

/** Every key that routing may set is there from the start, as under `serve()`. */
function connection(
  { rootPath, server, state }: Service,
  { request, came: [info, context], target, headers }: Read,
  scheme: string,
): ConnectionScope {
  return {
    asgi: ASGI,
    httpVersion: '1.1',
    scheme,
    path: rootPath + target.path,
    rawPath: rootPath + target.rawPath,
    queryString: target.queryString,
    rootPath,
    headers,
    client: clientOf(request, info),
    server,
    extensions: { fetch: { request, info, context } },
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
    startChanges: undefined,
  }
}
