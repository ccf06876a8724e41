/** Requests that no connection brought: made of an event, or by hand in a test. */
import type { IncomingMessage } from 'node:http'
import { ASGI } from '../../protocol/scope.ts'
import type { HTTPScope } from '../../types.ts'

/** What a request made by hand may lack, whatever its type says. */
interface Parsed {
  readonly httpVersion?: string | null
  readonly socket?: object | null
  readonly headers?: object | null
}

/** Adds what Node's parser would have set: HTTP/1.1, a connection without addresses, no fields. */
export function complete(request: IncomingMessage): void {
  const { httpVersion, socket, headers }: Parsed = request
  if (httpVersion === undefined || httpVersion === null) Object.assign(request, VERSION)
  if (socket === undefined || socket === null) Object.assign(request, { socket: {} })
  if (headers === undefined || headers === null) Object.assign(request, { headers: {} })
}

const VERSION = { httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 }

/** Names a request in the log that failed before it had a scope. */
export function unreadScope({ method = 'GET', url = '' }: IncomingMessage): HTTPScope {
  const [path = '', queryString = ''] = url.split('?', 2)
  return {
    ...{ type: 'http', asgi: ASGI, httpVersion: '1.1', method, scheme: 'http' },
    ...{ path, rawPath: path, queryString, rootPath: '', headers: [], client: null, server: null },
  }
}
