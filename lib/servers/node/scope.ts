/** Makes the scope of a request. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { ASGI, type ServerScope } from '../../protocol/scope.ts'
import type { Target } from '../../protocol/target.ts'
import type {
  Address,
  App,
  Auth,
  BodyLimit,
  Extensions,
  HeaderList,
  HTTPScope,
  MergedSettings,
  ScopeOutcome,
  ServerAddress,
  State,
  Transport,
  User,
} from '../../types.ts'
import { withTLS } from './tls/info.ts'

/** The values that all requests of a server share. */
export interface Site {
  readonly rootPath: string
  /** The root path, percent-encoded. */
  readonly rawRootPath: string
  readonly server: ServerAddress | null
  readonly state: State | undefined
}

const WITHOUT_OPTIONS: Readonly<Record<string, never>> = Object.freeze({})
const EXTENSIONS: Extensions = Object.freeze({
  'http.response.trailers': WITHOUT_OPTIONS,
  'http.response.early_hint': WITHOUT_OPTIONS,
  'http.response.pathsend': WITHOUT_OPTIONS,
})

/** Calls listeners when the client has disconnected, and when the server begins to close. */
export interface ConnectionEvents {
  readonly onDisconnect: (listener: () => void) => void
  readonly onDraining: (listener: () => void) => void
}

/**
 * The scope of a request whose target and fields were read.
 *
 * It is a class because of V8's garbage collector. V8 counts how many objects of each literal survive a collection.
 * If most do, as during a start under load, it allocates all of them in the old generation, which only a full
 * collection frees. Each scope would keep its request and response there, which took half of the time of a small
 * exchange (measured on Node 20).
 */
export class RequestScope implements ServerScope {
  readonly type = 'http'
  readonly asgi: HTTPScope['asgi'] = ASGI
  readonly httpVersion: string
  method: string
  scheme: string
  path: string
  rawPath: string
  queryString: string
  rootPath: string
  headers: HeaderList
  client: Address | null
  readonly server: ServerAddress | null
  extensions: Extensions = EXTENSIONS
  onDisconnect: ((listener: () => void) => void) | undefined
  onDraining: ((listener: () => void) => void) | undefined
  state: State | undefined
  appRootPath: string | undefined = undefined
  app: App | undefined = undefined
  router: App | undefined = undefined
  mountPath: string | undefined = undefined
  route: App | undefined = undefined
  endpoint: unknown = undefined
  pathParams: Record<string, unknown> | undefined = undefined
  exceptionHandlers: unknown = undefined
  settings: MergedSettings | undefined = undefined
  maxBodySize: number | undefined = undefined
  bodyLimit: BodyLimit | undefined = undefined
  session: unknown = undefined
  user: User | undefined = undefined
  auth: Auth | undefined = undefined
  outcome: ScopeOutcome | undefined = undefined
  overrides: ReadonlyMap<object, object> | undefined = undefined
  transport: Transport | undefined

  constructor(
    request: Pick<IncomingMessage, 'httpVersion' | 'method' | 'socket'>,
    target: Target,
    headers: HeaderList,
    { rootPath, rawRootPath, server, state }: Site,
    exchange: ConnectionEvents & Transport,
  ) {
    // The target `*` is the server itself, so it gets no prefix.
    const isServer = target.path === '*'
    this.httpVersion = request.httpVersion
    this.method = request.method ?? 'GET'
    if (isEncrypted(request.socket)) {
      this.scheme = 'https'
      this.extensions = withTLS(EXTENSIONS, request.socket)
    } else this.scheme = 'http'
    this.path = isServer ? '*' : rootPath + target.path
    this.rawPath = isServer ? '*' : rawRootPath + target.rawPath
    this.queryString = target.queryString
    this.rootPath = rootPath
    this.headers = headers
    this.client = clientAddress(request.socket)
    this.server = server
    this.onDisconnect = exchange.onDisconnect
    this.onDraining = exchange.onDraining
    this.state = state === undefined ? undefined : { ...state }
    this.transport = exchange
  }
}

function isEncrypted(socket: Socket): boolean {
  return (socket as TLSSocket).encrypted
}

export function schemeOf(socket: Socket): 'http' | 'https' {
  return isEncrypted(socket) ? 'https' : 'http'
}

const ADDRESS: unique symbol = Symbol('address')

/**
 * Returns the address of the client. It is stored with the connection, because Node makes an object for each call
 * although it asks the operating system only once. All scopes of a connection share one address.
 */
export function clientAddress(socket: Socket & { [ADDRESS]?: Address | null }): Address | null {
  const known = socket[ADDRESS]
  if (known !== undefined) return known
  const { remoteAddress, remotePort } = socket
  const isKnown = remoteAddress !== undefined && remoteAddress !== null
  // A connection that represents the event of a serverless function has no port.
  const address = isKnown ? Object.freeze({ host: remoteAddress, port: remotePort ?? 0 }) : null
  socket[ADDRESS] = address
  return address
}
