/** The scope of a websocket. */

import type { IncomingMessage } from 'node:http'
import { ASGI } from '../../../protocol/scope.ts'
import type { Target } from '../../../protocol/target.ts'
import type { HeaderList, WebSocketScope } from '../../../types.ts'
import { clientAddress, type Site, schemeOf } from '../scope.ts'
import { withTLS } from '../tls/info.ts'

const EXTENSIONS = Object.freeze({ 'websocket.http.response': Object.freeze({}) })

/** Builds the scope of a handshake whose target and headers have been read. */
export function buildWebSocketScope(
  request: IncomingMessage,
  target: Target,
  headers: HeaderList,
  subprotocols: readonly string[],
  { rootPath, rawRootPath, server, state }: Site,
  onDisconnect: (listener: () => void) => void,
): WebSocketScope {
  const isServer = target.path === '*'
  const isSecure = schemeOf(request.socket) === 'https'
  // As in the scope of HTTP, every key that routing may set exists from the start.
  return {
    type: 'websocket',
    asgi: ASGI,
    httpVersion: request.httpVersion,
    scheme: isSecure ? 'wss' : 'ws',
    path: isServer ? '*' : rootPath + target.path,
    rawPath: isServer ? '*' : rawRootPath + target.rawPath,
    queryString: target.queryString,
    rootPath,
    headers,
    client: clientAddress(request.socket),
    server,
    subprotocols,
    extensions: isSecure ? withTLS(EXTENSIONS, request.socket) : EXTENSIONS,
    onDisconnect,
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
    outcome: undefined,
  }
}
