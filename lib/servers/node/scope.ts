/** Makes the scope of a request. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Address, HeaderList, HTTPScope, ServerAddress, State } from '../../types.ts'
import type { Target } from '../target.ts'

/** What is the same for all requests of a server. */
export interface Site {
  readonly rootPath: string
  /** The same, percent-encoded. */
  readonly rawRootPath: string
  readonly server: ServerAddress | null
  readonly state: State | undefined
}

export const ASGI: HTTPScope['asgi'] = { version: '3.0', specVersion: '2.5' }
const EXTENSIONS = {
  'http.response.trailers': {},
  'http.response.early_hint': {},
  'http.response.pathsend': {},
} as const

/** The scope of a request whose target and fields were read. */
export function buildScope(
  request: IncomingMessage,
  target: Target,
  headers: HeaderList,
  site: Site,
  onDisconnect: (listener: () => void) => void,
): HTTPScope {
  const { rootPath, rawRootPath, server, state } = site
  // Every key that routing may set is there from the start: adding keys later costs more than all
  // of the rest (each changes the shape of the object).
  return {
    type: 'http',
    asgi: ASGI,
    httpVersion: request.httpVersion,
    method: request.method ?? 'GET',
    scheme: (request.socket as TLSSocket).encrypted ? 'https' : 'http',
    // `*` is the server itself, below no prefix.
    path: target.path === '*' ? '*' : rootPath + target.path,
    rawPath: target.path === '*' ? '*' : rawRootPath + target.rawPath,
    queryString: target.queryString,
    rootPath,
    headers,
    client: clientAddress(request.socket),
    server,
    extensions: EXTENSIONS,
    onDisconnect,
    state: state === undefined ? undefined : { ...state },
    appRootPath: undefined,
    app: undefined,
    router: undefined,
    route: undefined,
    endpoint: undefined,
    pathParams: undefined,
    exceptionHandlers: undefined,
    maxBodySize: undefined,
    session: undefined,
    user: undefined,
    auth: undefined,
    startChanges: undefined,
  }
}

const ADDRESS: unique symbol = Symbol('address')

/** Kept with the connection: Node makes an object each time it is asked, and asks the system once. */
export function clientAddress(socket: Socket & { [ADDRESS]?: Address | null }): Address | null {
  const known = socket[ADDRESS]
  if (known !== undefined) return known
  const { remoteAddress, remotePort } = socket
  const isKnown = remoteAddress !== undefined && remotePort !== undefined
  const address = isKnown ? Object.freeze({ host: remoteAddress, port: remotePort }) : null
  socket[ADDRESS] = address
  return address
}
