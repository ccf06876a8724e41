/** Handlers that show what they were given. */
import type { Connection } from '../../../lib/connections.ts'
import { convertorNamed } from '../../../lib/convertors.ts'
import { UnsupportedProtocol } from '../../../lib/exceptions.ts'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import type { App } from '../../../lib/types.ts'
import { WebSocket } from '../../../lib/websockets.ts'

/** Every path parameter as `[type, text]`. */
export const params = (request: Request): JSONResponse =>
  new JSONResponse(Object.fromEntries(describeParams(request)))

export function echo(request: Request): JSONResponse {
  const { scope } = request
  return new JSONResponse({
    method: request.method,
    url: request.url,
    base_url: request.baseUrl,
    path: scope.path,
    root_path: scope.rootPath,
    raw_path: scope.rawPath,
    query_string: scope.queryString,
    query: [...request.queryParams],
    path_params: textsOfParams(request),
    headers: [...request.headers],
    cookies: request.cookies,
    client_host: request.client?.host ?? null,
    http_version: scope.httpVersion,
  })
}

/** An app without any helper around the scope. */
export const asgiEcho: App = async (scope, receive, send) => {
  if (scope.type === 'lifespan') throw new UnsupportedProtocol(scope.type)
  const { path, rootPath } = scope
  if (scope.type === 'websocket') {
    const websocket = new WebSocket(scope, receive, send)
    await websocket.accept()
    await websocket.sendJSON({ path, root_path: rootPath })
    return websocket.close()
  }
  const pathParams = Object.entries(scope.pathParams ?? {}).map(([name, value]) => [
    name,
    String(value),
  ])
  const response = new JSONResponse({
    method: scope.method,
    path,
    root_path: rootPath,
    app_root_path: scope.appRootPath ?? null,
    path_params: Object.fromEntries(pathParams),
  })
  return response.respond(scope, receive, send)
}

/** Every path parameter as text. */
export function textsOfParams(connection: Connection): Record<string, string> {
  const texts = describeParams(connection).map(([name, [, text]]) => [name, text])
  return Object.fromEntries(texts)
}

function describeParams(connection: Connection): [name: string, [kind: string, text: string]][] {
  return Object.entries(connection.pathParams).map(([name, value]) => {
    const kind = kindOf(connection, name, value)
    const text = kind === 'str' ? value : convertorNamed(kind)?.toText(value)
    return [name, [kind, String(text)]]
  })
}

/** A value does not tell `int` from `float` and `uuid` from `str`; the path of the route does. */
function kindOf({ scope }: Connection, name: string, value: unknown): string {
  if (value instanceof Date) return 'date'
  const path = scope.route !== undefined && 'path' in scope.route ? String(scope.route.path) : ''
  const declared = new RegExp(`\\{${name}:(\\w+)\\}`).exec(path)?.[1]
  if (typeof value === 'number') return declared ?? 'int'
  return declared === 'uuid' ? 'uuid' : 'str'
}
