/** Completes requests that did not arrive on a connection: made from an event, or by hand in a test. */
import type { IncomingMessage } from 'node:http'
import { ASGI } from '../../protocol/scope.ts'
import type { HTTPScope } from '../../types.ts'

/** Properties that a request made by hand may lack, although its type has them. */
interface PartialRequest {
  readonly httpVersion?: string | null
  readonly socket?: object | null
  readonly headers?: object | null
}

/** Adds what Node's parser would have set: HTTP/1.1, a connection without addresses, no fields. */
export function completeRequest(request: IncomingMessage): void {
  const { httpVersion, socket, headers }: PartialRequest = request
  if (httpVersion === undefined || httpVersion === null) Object.assign(request, VERSION)
  if (socket === undefined || socket === null) Object.assign(request, { socket: {} })
  if (headers === undefined || headers === null) Object.assign(request, { headers: {} })
}

const VERSION = { httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 }

/** A scope for the log, for a request that failed before it had one. */
export function unreadScope({ method = 'GET', url = '' }: IncomingMessage): HTTPScope {
  const [path = '', queryString = ''] = url.split('?', 2)
  return {
    ...{ type: 'http', asgi: ASGI, httpVersion: '1.1', method, scheme: 'http' },
    ...{ path, rawPath: path, queryString, rootPath: '', headers: [], client: null, server: null },
  }
}
