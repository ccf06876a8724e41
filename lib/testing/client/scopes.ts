/** Makes the scopes that a server would make from a test's request. */

import { Headers, type HeadersInit } from '../../http/headers.ts'
import { ASGI } from '../../protocol/scope.ts'
import type { ConnectionScope, HTTPScope, State, WebSocketScope } from '../../types.ts'
import type { TestClientOptions } from './options.ts'

export function httpScope(
  method: string,
  url: URL,
  headers: Headers,
  options: TestClientOptions,
  state: State | undefined,
): HTTPScope {
  return {
    type: 'http',
    method,
    ...connection(url, headers, options, state),
    scheme: url.protocol.slice(0, -1),
    extensions: {
      'http.response.trailers': {},
      'http.response.early_hint': {},
      'http.response.debug': {},
    },
  }
}

export function websocketScope(
  url: URL,
  headers: Headers,
  subprotocols: readonly string[],
  options: TestClientOptions,
  state: State | undefined,
): WebSocketScope {
  return {
    type: 'websocket',
    subprotocols,
    ...connection(url, headers, options, state),
    scheme: url.protocol === 'https:' ? 'wss' : 'ws',
    extensions: { 'websocket.http.response': {} },
  }
}

function connection(
  url: URL,
  headers: Headers,
  { rootPath = '', client = { host: 'testclient', port: 50_000 } }: TestClientOptions,
  state: State | undefined,
): Omit<ConnectionScope, 'scheme'> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  return {
    asgi: ASGI,
    httpVersion: '1.1',
    path: decodePath(url.pathname),
    rawPath: url.pathname,
    queryString: url.search.slice(1),
    rootPath,
    headers: headers.has('host') ? headers.list : ['host', url.host, ...headers.list],
    client,
    server: { host: url.hostname.replace(/^\[|\]$/g, ''), port },
    ...(state === undefined ? {} : { state: { ...state } }),
  }
}

/** A path is relative to the base URL. `//admin` is a path too, not a host. */
export function resolve(target: string | URL, base: string | URL): URL {
  const isPath = typeof target === 'string' && target.startsWith('/')
  return new URL(isPath ? `.${target}` : target, base)
}

/** A server answers such a target with 400, so an app never sees it. */
function decodePath(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath)
  } catch (cause) {
    throw new URIError(
      `testClient: the path must be valid UTF-8 when decoded, ${JSON.stringify(rawPath)} was given. Encode it, or pass scope: { path }.`,
      { cause },
    )
  }
}

/** Returns the header fields of the client, overridden by those of one request. */
export function mergedHeaders(
  common: HeadersInit | undefined,
  own: HeadersInit | undefined,
): Headers {
  const headers = Headers.from(common)
  const added = Headers.from(own)
  for (const name of added.keys()) headers.delete(name)
  for (const [name, value] of added) headers.append(name, value)
  headers.setDefault('user-agent', 'testclient')
  return headers
}
