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

/** What all requests of a server share. */
export interface Site {
  readonly rootPath: string
  /** The same, percent-encoded. */
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

/** Tells when the client has gone, and when the server begins to close. */
export interface Departing {
  readonly onDisconnect: (listener: () => void) => void
  readonly onDraining: (listener: () => void) => void
}

/**
 * The scope of a request whose target and fields were read.
 *
 * A class, since V8 counts how many objects of each literal outlive a collection, and puts all of
 * them where only a full one gets them once most do, as happens at a start under load. Each scope
 * would keep its request and response there: half of the time of a small exchange (measured on Node 20).
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
    exchange: Departing & Transport,
  ) {
    // `*` is the server itself, below no prefix.
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

/** Kept with the connection: Node makes an object each time it is asked, and asks the system once. */
export function clientAddress(socket: Socket & { [ADDRESS]?: Address | null }): Address | null {
  const known = socket[ADDRESS]
  if (known !== undefined) return known
  const { remoteAddress, remotePort } = socket
  const isKnown = remoteAddress !== undefined && remoteAddress !== null
  // A connection that stands for an event in a function as a service has no port.
  const address = isKnown ? Object.freeze({ host: remoteAddress, port: remotePort ?? 0 }) : null
  socket[ADDRESS] = address
  return address
}
